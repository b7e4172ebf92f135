import type { OutputUnit, ValidationResult } from '@cfworker/json-schema'
import { isJsonObject, type Json } from '../../json.ts'
import { toPath } from './schema-issues.ts'

/** Keywords whose fault, and those of the schemas in them, depend on all of the value that they apply to. */
const CONDITIONS: ReadonlySet<string> = new Set([
  'anyOf',
  'oneOf',
  'not',
  'if',
  'then',
  'else',
  'dependentSchemas',
  'dependencies',
  'contains',
  'minContains',
  'maxContains',
  'unevaluatedProperties',
  'unevaluatedItems',
])

/** Keywords that apply a schema to the members of a value. */
const MEMBERS: ReadonlySet<string> = new Set([
  'properties',
  'additionalProperties',
  'prefixItems',
  'items',
  'additionalItems',
])

/** Keywords that are followed by a name or an index in the location of a keyword. */
const NAMED: ReadonlySet<string> = new Set(['properties', 'prefixItems', 'allOf'])

/** Keywords whose fault depends on the type of a value and on its keys or length, but not on its members. */
const SHAPES: ReadonlySet<string> = new Set([
  'type',
  'required',
  'dependentRequired',
  'minProperties',
  'maxProperties',
  'minItems',
  'maxItems',
])

/**
 * Removes the faults that may disappear with another content of the open texts.
 *
 * A fault remains if no open text is in the part of the value that it depends on: the outermost value that a condition
 * of the schema applies to, otherwise the value that has the fault.
 */
export function keepCertainFaults(
  { valid, errors }: ValidationResult,
  value: Json,
  isOpen: (text: string) => boolean,
): ValidationResult {
  const hasOpenText = createOpenTextFinder(isOpen)
  let location = '#'
  const isCertain = (unit: OutputUnit): boolean => {
    // A schema `false` has no location of its own in the report; the keyword that contains it comes before it.
    if (unit.keyword !== 'false') location = unit.keywordLocation
    const scope = scopeOf(location)
    if (scope === 'key') return true
    const path = toPath(unit.instanceLocation, value)
    if (scope !== null) return !hasOpenText(valueAt(value, path.slice(0, scope)))
    if (unit.keyword === 'false') return true
    const faulty = valueAt(value, path)
    return SHAPES.has(unit.keyword) ? typeof faulty !== 'string' || !isOpen(faulty) : !hasOpenText(faulty)
  }
  return { valid, errors: errors.filter(isCertain) }
}

/**
 * Finds the outermost condition on the way to a keyword.
 *
 * @returns The depth of the value that the condition applies to, 0 for the whole value; `null` without a condition;
 * `'key'` if the keyword applies to the key of a member, which is never open.
 */
function scopeOf(location: string): number | 'key' | null {
  const keywords = location.split('/')
  let depth = 0
  for (let at = 1; at < keywords.length; at += 1) {
    const keyword = String(keywords[at])
    if (keyword === 'propertyNames') return 'key'
    if (CONDITIONS.has(keyword)) return depth
    if (MEMBERS.has(keyword)) depth += 1
    // An index follows `items` only if it is a list.
    if (NAMED.has(keyword) || /^\d+$/.test(keywords[at + 1] ?? '')) at += 1
  }
  return null
}

function valueAt(value: Json, path: readonly (string | number)[]): Json {
  return path.reduce<Json>((here, key) => (here as Readonly<Record<string | number, Json>>)[key] as Json, value)
}

/** Creates a test for open texts in a value, at any depth; each object and list is read once. */
function createOpenTextFinder(isOpen: (text: string) => boolean): (value: Json) => boolean {
  const known = new Map<Json, boolean>()
  const search = (value: Json): boolean => {
    if (typeof value === 'string') return isOpen(value)
    if (!Array.isArray(value) && !isJsonObject(value)) return false
    const found = known.get(value) ?? Object.values(value).some(search)
    known.set(value, found)
    return found
  }
  return search
}
