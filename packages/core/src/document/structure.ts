import { TenonError } from '../errors/index.ts'
import type { Json, JsonObject, JsonSchema } from '../json.ts'
import { isWellFormed } from '../text/well-formed.ts'
import { FORBIDDEN_KEYS } from './json-values.ts'
import { DOCUMENT_LIMITS } from './limits.ts'

export type Path = readonly (string | number)[]

/** Named parts of a JSON Schema, by their names. */
type Definitions = Map<string, JsonSchema>

/**
 * Parser of one part of the document grammar: checks a value and returns a copy. Throws `DOCUMENT_MALFORMED` with the
 * path of the fault.
 */
export interface Parser<Value> {
  (value: unknown, path: Path): Value
  /** Returns the same rules as a JSON Schema (draft 2020-12); named parts are added to `definitions`. */
  readonly schemaIn: (definitions: Definitions) => JsonObject
}

/** Combines a parser and the JSON Schema with the same rules. */
export function grammar<Value>(
  parse: (value: unknown, path: Path) => Value,
  schemaIn: Parser<Value>['schemaIn'],
): Parser<Value> {
  return Object.assign(parse, { schemaIn })
}

/** Names a part, so that schemas refer to it instead of repeating it. */
export function named<Value>(name: string, parse: Parser<Value>): Parser<Value> {
  return grammar(
    (value, path) => parse(value, path),
    (definitions) => {
      if (!definitions.has(name)) {
        // Reserved first, so that a part can refer to itself.
        definitions.set(name, true)
        definitions.set(name, parse.schemaIn(definitions))
      }
      return { $ref: `#/$defs/${name}` }
    },
  )
}

/**
 * Returns the JSON Schema of a part. It expresses every check of the parser except the nesting of JSON values.
 *
 * @returns The schema, with its named parts under `$defs`.
 */
export function jsonSchemaOf(parse: Parser<unknown>): JsonObject {
  const definitions: Definitions = new Map()
  const schema = parse.schemaIn(definitions)
  const own = typeof schema.$ref === 'string' ? schema.$ref.slice('#/$defs/'.length) : ''
  const root = (definitions.get(own) ?? schema) as JsonObject
  definitions.delete(own)
  return definitions.size === 0 ? root : { ...root, $defs: Object.fromEntries(definitions) as JsonObject }
}

type FieldsOf<Shape> = { readonly [Key in keyof Shape]-?: Field<Exclude<Shape[Key], undefined>> }

export interface Field<Value> {
  readonly parse: Parser<Value>
  readonly required: boolean
}

/** One fault of a rejected document, with its path. */
export interface Fault {
  readonly path: Path
  readonly code: 'DOCUMENT_MALFORMED'
  readonly message: string
}

/** Faults that one error reports; parsing stops after this number. */
const MOST_FAULTS = 100

/** Formats a fault as a sentence that names its path. */
export function sentenceOf({ path, message }: Pick<Fault, 'path' | 'message'>): string {
  return `${path.length === 0 ? 'The document' : path.join('.')} ${message}`
}

function refuse(issues: readonly [Fault, ...Fault[]]): never {
  throw new TenonError('DOCUMENT_MALFORMED', sentenceOf(issues[0]), { details: { path: issues[0].path, issues } })
}

/** Throws `DOCUMENT_MALFORMED` for the value at a path. */
export function malformed(path: Path, message: string): never {
  refuse([{ path, code: 'DOCUMENT_MALFORMED', message }])
}

/** Returns the faults of a refused document and rethrows every other error. @param error - Thrown by a parser. */
export function faultsOf(error: unknown): readonly [Fault, ...Fault[]] {
  if (!(error instanceof TenonError && error.code === 'DOCUMENT_MALFORMED')) throw error
  return error.details?.issues as readonly [Fault, ...Fault[]]
}

/** Parses the parts of a value so that a fault in one does not hide the faults of the others. */
export interface Gathering {
  /** Returns the parsed part; `undefined` for a fault. */
  read<Part>(parse: () => Part): Part | undefined
  /** Adds the faults that a parser threw and rethrows every other error. */
  add(error: unknown): void
  /** Throws `DOCUMENT_MALFORMED` with all faults, in the order of parsing, if there are any. */
  end(): void
}

export function gather(): Gathering {
  const faults: Fault[] = []
  function end(): void {
    const [first, ...others] = faults
    if (first !== undefined) refuse([first, ...others.slice(0, MOST_FAULTS - 1)])
  }
  function add(error: unknown): void {
    faults.push(...faultsOf(error))
    if (faults.length >= MOST_FAULTS) end()
  }
  return {
    read(parse) {
      try {
        return parse()
      } catch (error) {
        add(error)
        return undefined
      }
    },
    add,
    end,
  }
}

/** Pattern of JSON Schema for well-formed text. */
const WELL_FORMED = '^[^\\ud800-\\udfff]*$'

export function required<Value>(parse: Parser<Value>): Field<Value> {
  return { parse, required: true }
}

export function optional<Value>(parse: Parser<Value>): Field<Value> {
  return { parse, required: false }
}

/** Checks whether a text has more than `max` characters, as JSON Schema counts them: by code point. */
function isLonger(text: string, max: number): boolean {
  return text.length > max && (text.length > 2 * max || [...text].length > max)
}

interface TextRules {
  readonly pattern?: RegExp
  /** 0 or 1. */
  readonly min?: number
  /** In code points. */
  readonly max: number
}

export function text({ pattern, min = 0, max }: TextRules): Parser<string> {
  return grammar(
    (value, path) => {
      if (typeof value !== 'string') malformed(path, 'must be a text')
      if (value.length < min) malformed(path, 'must not be empty')
      if (isLonger(value, max)) malformed(path, `must have at most ${max} characters`)
      if (!isWellFormed(value)) malformed(path, 'has a lone surrogate')
      if (pattern !== undefined && !pattern.test(value)) malformed(path, `must match ${pattern.source}`)
      return value
    },
    () => ({
      type: 'string',
      ...(min === 0 ? {} : { minLength: min }),
      maxLength: max,
      pattern: pattern?.source ?? WELL_FORMED,
    }),
  )
}

const withoutMinusZero = (value: number): number => value + 0

export function number({
  integer = false,
  min,
  max,
}: {
  readonly integer?: boolean
  readonly min: number
  readonly max: number
}): Parser<number> {
  return grammar(
    (value, path) => {
      if (typeof value !== 'number' || !Number.isFinite(value)) malformed(path, 'must be a finite number')
      if (integer && !Number.isInteger(value)) malformed(path, 'must be a whole number')
      if (value < min || value > max) malformed(path, `must be between ${min} and ${max}`)
      return withoutMinusZero(value)
    },
    () => ({ type: integer ? 'integer' : 'number', minimum: min, maximum: max }),
  )
}

export const boolean: Parser<boolean> = grammar(
  (value, path) => (typeof value === 'boolean' ? value : malformed(path, 'must be true or false')),
  () => ({ type: 'boolean' }),
)

export function oneOf<const Choice extends string | number>(...choices: readonly Choice[]): Parser<Choice> {
  return grammar(
    (value, path) => {
      const choice = choices.find((candidate) => candidate === value)
      if (choice === undefined) malformed(path, `must be one of ${choices.join(', ')}`)
      return choice
    },
    () => ({ enum: choices }),
  )
}

const nothing: Parser<null> = grammar(
  (value, path) => (value === null ? null : malformed(path, 'must be null')),
  () => ({ type: 'null' }),
)

/** `null`, or what the parser accepts; faults are those of the parser. */
export const nullable = <Value>(parse: Parser<Value>): Parser<Value | null> => either(nothing, parse)

/** Returns the result of the first parser that accepts the value; throws the fault of the last one if none does. */
export function either<A, B>(first: Parser<A>, second: Parser<B>): Parser<A | B> {
  return grammar<A | B>(
    (value, path) => {
      try {
        return first(value, path)
      } catch {
        return second(value, path)
      }
    },
    (definitions) => ({ anyOf: [first.schemaIn(definitions), second.schemaIn(definitions)] }),
  )
}

/** Adds a fault; what gathers them is made for the first one, since most values have none. */
function withFault(faults: Gathering | null, error: unknown): Gathering {
  const gathered = faults ?? gather()
  gathered.add(error)
  return gathered
}

function readItems<Item>(
  value: unknown,
  path: Path,
  { min = 0, max }: ListRules,
  parse: (item: unknown, path: Path) => Item,
): readonly Item[] {
  if (!Array.isArray(value)) malformed(path, 'must be a list')
  if (value.length < min) malformed(path, 'must not be empty')
  if (value.length > max) malformed(path, `must have at most ${max} items`)
  const items: Item[] = []
  let faults: Gathering | null = null
  for (let index = 0; index < value.length; index++) {
    try {
      items.push(parse(value[index], [...path, index]))
    } catch (error) {
      faults = withFault(faults, error)
    }
  }
  faults?.end()
  return items
}

interface ListRules {
  /** 0 or 1. */
  readonly min?: number
  readonly max: number
}

export function list<Item>(parse: Parser<Item>, rules: ListRules): Parser<readonly Item[]> {
  return grammar(
    (value, path) => readItems(value, path, rules, parse),
    (definitions) => ({
      type: 'array',
      items: parse.schemaIn(definitions),
      ...(rules.min === undefined ? {} : { minItems: rules.min }),
      maxItems: rules.max,
    }),
  )
}

function requireObject(value: unknown, path: Path): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) malformed(path, 'must be an object')
  return value as Readonly<Record<string, unknown>>
}

function membersOf(value: unknown, path: Path): [string, unknown][] {
  return Object.entries(requireObject(value, path)).filter(([, member]) => member !== undefined)
}

/** Creates a parser of an object with these fields and no others. */
export function object<Shape>(fields: FieldsOf<Shape>): Parser<Shape> {
  const known = Object.entries<Field<unknown>>(fields)
  return grammar(
    (value, path) => readFields(value, path, known, fields) as Shape,
    (definitions) => ({
      type: 'object',
      properties: Object.fromEntries(known.map(([key, { parse }]) => [key, parse.schemaIn(definitions)])),
      required: known.filter(([, field]) => field.required).map(([key]) => key),
      additionalProperties: false,
    }),
  )
}

function readFields(
  value: unknown,
  path: Path,
  known: readonly (readonly [key: string, field: Field<unknown>])[],
  fields: object,
): unknown {
  const members = requireObject(value, path)
  let faults: Gathering | null = null
  for (const key of Object.keys(members)) {
    if (members[key] !== undefined && !Object.hasOwn(fields, key)) {
      faults ??= gather()
      faults.read(() => malformed([...path, key], 'is no known field'))
    }
  }
  const parsed: Record<string, unknown> = {}
  for (const [key, { parse, required: isRequired }] of known) {
    const member = Object.hasOwn(members, key) ? members[key] : undefined
    if (member === undefined && !isRequired) continue
    try {
      parsed[key] = member === undefined ? malformed([...path, key], 'is required') : parse(member, [...path, key])
    } catch (error) {
      faults = withFault(faults, error)
    }
  }
  faults?.end()
  return parsed
}

/** Creates a parser of an object with any keys that `key` accepts and values of one kind. */
export function record<Value>(
  key: Parser<string>,
  parse: Parser<Value>,
  { max }: { readonly max: number },
): Parser<Readonly<Record<string, Value>>> {
  return grammar(
    (value, path) => {
      const members = membersOf(value, path)
      if (members.length > max) malformed(path, `must have at most ${max} members`)
      const faults = gather()
      const parsed = members.map(([name, member]) => [
        faults.read(() => key(name, [...path, name])),
        faults.read(() => parse(member, [...path, name])),
      ])
      faults.end()
      return Object.fromEntries(parsed) as Record<string, Value>
    },
    (definitions) => ({
      type: 'object',
      maxProperties: max,
      propertyNames: key.schemaIn(definitions),
      additionalProperties: parse.schemaIn(definitions),
    }),
  )
}

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
