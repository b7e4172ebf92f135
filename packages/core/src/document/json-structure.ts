import type { Json, JsonObject } from '../json.ts'
import { isWellFormed } from '../text/well-formed.ts'
import { type Gathering, gather, malformed, type Path, withFault } from './faults.ts'
import { type Definitions, grammar, type Parser } from './grammar.ts'
import { FORBIDDEN_KEYS } from './json-values.ts'
import { DOCUMENT_LIMITS } from './limits.ts'
import { isLonger, membersOf, readItems, text, WELL_FORMED, withoutMinusZero } from './structure.ts'

/** Pattern of a key for JSON Schema: well-formed, without NUL, and not `__proto__`. */
const KEY_PATTERN = `^(?!(?:${FORBIDDEN_KEYS.join('|')})$)[^\\u0000\\ud800-\\udfff]*$`

/** Returns the schema of any JSON value; JSON Schema cannot limit its depth. */
function valueSchemaIn(definitions: Definitions): JsonObject {
  const name = 'DocumentValue'
  const reference = { $ref: `#/$defs/${name}` }
  definitions.set(name, {
    description: `A JSON value, nested at most ${DOCUMENT_LIMITS.paramDepth} levels in params and ${DOCUMENT_LIMITS.valueDepth} elsewhere`,
    maxLength: DOCUMENT_LIMITS.textLength,
    pattern: WELL_FORMED,
    items: reference,
    maxItems: DOCUMENT_LIMITS.members,
    maxProperties: DOCUMENT_LIMITS.members,
    propertyNames: { maxLength: DOCUMENT_LIMITS.nameLength, pattern: KEY_PATTERN },
    additionalProperties: reference,
  })
  return reference
}

/** Creates a parser of any JSON value nested at most `depth` levels, without keys that could reach a prototype. */
export function json(depth: number): Parser<Json> {
  return grammar((value, path) => parseJson(value, path, depth), valueSchemaIn)
}

const jsonText = text({ max: DOCUMENT_LIMITS.textLength })
const jsonList = { max: DOCUMENT_LIMITS.members }

function parseJson(value: unknown, path: Path, depth: number): Json {
  if (value === null || typeof value === 'boolean') return value
  if (typeof value === 'string') return jsonText(value, path)
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) malformed(path, 'must be a finite number')
    return withoutMinusZero(value)
  }
  if (typeof value !== 'object') malformed(path, 'must be a JSON value')
  if (depth <= 0) malformed(path, 'is nested too deep')
  if (Array.isArray(value)) return readItems(value, path, jsonList, (item, at) => parseJson(item, at, depth - 1))
  return parseMembers(value, path, depth)
}

function parseMembers(value: unknown, path: Path, depth: number): JsonObject {
  const members = membersOf(value, path)
  if (members.length > DOCUMENT_LIMITS.members) {
    malformed(path, `must have at most ${DOCUMENT_LIMITS.members} members`)
  }
  let faults: Gathering | null = null
  for (const member of members) {
    const [key, content] = member
    try {
      parseKey(key, path)
    } catch (error) {
      faults = withFault(faults, error)
    }
    try {
      member[1] = parseJson(content, [...path, key], depth - 1)
    } catch (error) {
      faults = withFault(faults, error)
    }
  }
  faults?.end()
  return Object.fromEntries(members) as JsonObject
}

function parseKey(key: string, path: Path): void {
  if (FORBIDDEN_KEYS.includes(key)) malformed([...path, key], 'is a forbidden key')
  if (key.includes('\0') || !isWellFormed(key)) malformed(path, 'has a key that cannot be stored')
  if (isLonger(key, DOCUMENT_LIMITS.nameLength)) malformed(path, 'has a key that is too long')
}

/** Creates a parser of a JSON object whose own keys match `keys`. */
export function jsonObject({ depth, keys }: { readonly depth: number; readonly keys: RegExp }): Parser<JsonObject> {
  return grammar(
    (value, path) => {
      const faults = gather()
      for (const [key] of membersOf(value, path)) {
        if (!keys.test(key))
          faults.read(() => malformed([...path, key], `must have a name that matches ${keys.source}`))
      }
      const parsed = faults.read(() => parseMembers(value, path, depth))
      faults.end()
      return parsed as JsonObject
    },
    (definitions) => ({
      type: 'object',
      maxProperties: DOCUMENT_LIMITS.members,
      propertyNames: { pattern: keys.source, maxLength: DOCUMENT_LIMITS.nameLength },
      additionalProperties: valueSchemaIn(definitions),
    }),
  )
}
