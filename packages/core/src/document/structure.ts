import { isWellFormed } from '../text/well-formed.ts'
import { type Gathering, gather, malformed, type Path, withFault } from './faults.ts'
import { grammar, type Parser } from './grammar.ts'

type FieldsOf<Shape> = { readonly [Key in keyof Shape]-?: Field<Exclude<Shape[Key], undefined>> }

export interface Field<Value> {
  readonly parse: Parser<Value>
  readonly required: boolean
}

/** Pattern of JSON Schema for well-formed text. */
export const WELL_FORMED = '^[^\\ud800-\\udfff]*$'

export function required<Value>(parse: Parser<Value>): Field<Value> {
  return { parse, required: true }
}

export function optional<Value>(parse: Parser<Value>): Field<Value> {
  return { parse, required: false }
}

/** Checks whether a text has more than `max` characters, as JSON Schema counts them: by code point. */
export function isLonger(text: string, max: number): boolean {
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

export const withoutMinusZero = (value: number): number => value + 0

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

export function readItems<Item>(
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

export function membersOf(value: unknown, path: Path): [string, unknown][] {
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
