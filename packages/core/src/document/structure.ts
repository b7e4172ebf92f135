import { TenonError } from '../errors/index.ts'
import type { Json, JsonObject } from '../json.ts'
import { FORBIDDEN_KEYS } from './json-values.ts'
import { DOCUMENT_LIMITS } from './limits.ts'

export type Path = readonly (string | number)[]

/** Checks a value and gives a copy of it; throws `DOCUMENT_MALFORMED` with the path of the fault. */
export type Parser<Value> = (value: unknown, path: Path) => Value

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

/** Faults that one answer names; a document with more is not read to its end. */
const MOST_FAULTS = 100

/** Formats a fault as a sentence that names its path. */
export function sentenceOf({ path, message }: Pick<Fault, 'path' | 'message'>): string {
  return `${path.length === 0 ? 'The document' : path.join('.')} ${message}`
}

function refuse(issues: readonly [Fault, ...Fault[]]): never {
  throw new TenonError('DOCUMENT_MALFORMED', sentenceOf(issues[0]), { details: { path: issues[0].path, issues } })
}

/** Refuses a document at one place. */
export function malformed(path: Path, message: string): never {
  refuse([{ path, code: 'DOCUMENT_MALFORMED', message }])
}

/** The faults of a refused document; throws every other error again. @param error - Thrown by a parser. */
export function faultsOf(error: unknown): readonly [Fault, ...Fault[]] {
  if (!(error instanceof TenonError && error.code === 'DOCUMENT_MALFORMED')) throw error
  return error.details?.issues as readonly [Fault, ...Fault[]]
}

/** Reads parts of a value so that a fault in one does not hide those in the others. */
export interface Gathering {
  /** The part as it was read; `undefined` for a fault. */
  read<Part>(parse: () => Part): Part | undefined
  /** Throws `DOCUMENT_MALFORMED` with all faults, in the order in which they were found, if there are any. */
  end(): void
}

export function gather(): Gathering {
  const faults: Fault[] = []
  function end(): void {
    const [first, ...others] = faults
    if (first !== undefined) refuse([first, ...others.slice(0, MOST_FAULTS - 1)])
  }
  return {
    read(parse) {
      try {
        return parse()
      } catch (error) {
        faults.push(...faultsOf(error))
      }
      if (faults.length >= MOST_FAULTS) end()
      return undefined
    },
    end,
  }
}

const LONE_SURROGATE = /\p{Cs}/u

export function required<Value>(parse: Parser<Value>): Field<Value> {
  return { parse, required: true }
}

export function optional<Value>(parse: Parser<Value>): Field<Value> {
  return { parse, required: false }
}

export function text(options: { readonly pattern?: RegExp; readonly min?: number; readonly max: number }) {
  return (value: unknown, path: Path): string => {
    if (typeof value !== 'string') malformed(path, 'must be a text')
    const { pattern, min = 0, max } = options
    if (value.length < min) malformed(path, 'must not be empty')
    if (value.length > max) malformed(path, `must have at most ${max} characters`)
    if (LONE_SURROGATE.test(value)) malformed(path, 'has half of a surrogate pair')
    if (pattern !== undefined && !pattern.test(value)) malformed(path, `must match ${pattern.source}`)
    return value
  }
}

const withoutMinusZero = (value: number): number => value + 0

export function number(options: { readonly integer?: boolean; readonly min?: number; readonly max?: number }) {
  return (value: unknown, path: Path): number => {
    const { integer = false, min = -1e9, max = 1e9 } = options
    if (typeof value !== 'number' || !Number.isFinite(value)) malformed(path, 'must be a finite number')
    if (integer && !Number.isInteger(value)) malformed(path, 'must be a whole number')
    if (value < min || value > max) malformed(path, `must be between ${min} and ${max}`)
    return withoutMinusZero(value)
  }
}

export function boolean(value: unknown, path: Path): boolean {
  if (typeof value !== 'boolean') malformed(path, 'must be true or false')
  return value
}

export function oneOf<const Choice extends string | number>(...choices: readonly Choice[]): Parser<Choice> {
  return (value, path) => {
    const choice = choices.find((candidate) => candidate === value)
    if (choice === undefined) malformed(path, `must be one of ${choices.join(', ')}`)
    return choice
  }
}

/** The first parser that accepts the value; the fault of the last one when none does. */
export function either<A, B>(first: Parser<A>, second: Parser<B>): Parser<A | B> {
  return (value, path) => {
    try {
      return first(value, path)
    } catch {
      return second(value, path)
    }
  }
}

export function list<Item>(parse: Parser<Item>, max: number): Parser<readonly Item[]> {
  return (value, path) => {
    if (!Array.isArray(value)) malformed(path, 'must be a list')
    if (value.length > max) malformed(path, `must have at most ${max} items`)
    const faults = gather()
    const items = Array.from(value, (item, index) => faults.read(() => parse(item, [...path, index])))
    faults.end()
    return items as Item[]
  }
}

function membersOf(value: unknown, path: Path): [string, unknown][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    malformed(path, 'must be an object')
  }
  return Object.entries(value).filter(([, member]) => member !== undefined)
}

/** An object with these fields and no others. */
export function object<Shape>(fields: FieldsOf<Shape>): Parser<Shape> {
  const known = new Map<string, Field<unknown>>(Object.entries(fields))
  return (value, path) => {
    const members = new Map(membersOf(value, path))
    const faults = gather()
    for (const key of members.keys()) {
      if (!known.has(key)) faults.read(() => malformed([...path, key], 'is no known field'))
    }
    const parsed: Record<string, unknown> = {}
    for (const [key, field] of known) {
      if (members.has(key)) parsed[key] = faults.read(() => field.parse(members.get(key), [...path, key]))
      else if (field.required) faults.read(() => malformed([...path, key], 'is required'))
    }
    faults.end()
    return parsed as Shape
  }
}

/** Any JSON value: objects nested at most `depth` levels, keys that cannot reach a prototype. */
export function json(depth: number): Parser<Json> {
  return (value, path) => parseJson(value, path, depth)
}

const jsonText = text({ max: DOCUMENT_LIMITS.textLength })

function parseJson(value: unknown, path: Path, depth: number): Json {
  if (value === null || typeof value === 'boolean') return value
  if (typeof value === 'string') return jsonText(value, path)
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) malformed(path, 'must be a finite number')
    return withoutMinusZero(value)
  }
  if (typeof value !== 'object') malformed(path, 'must be a JSON value')
  if (depth <= 0) malformed(path, 'is nested too deep')
  if (Array.isArray(value)) {
    return list((item, at) => parseJson(item, at, depth - 1), DOCUMENT_LIMITS.members)(value, path)
  }
  return parseMembers(value, path, depth)
}

function parseMembers(value: unknown, path: Path, depth: number): JsonObject {
  const members = membersOf(value, path)
  if (members.length > DOCUMENT_LIMITS.members) {
    malformed(path, `must have at most ${DOCUMENT_LIMITS.members} members`)
  }
  const faults = gather()
  const parsed = members.map(([key, member]) => [
    faults.read(() => parseKey(key, path)),
    faults.read(() => parseJson(member, [...path, key], depth - 1)),
  ])
  faults.end()
  return Object.fromEntries(parsed) as JsonObject
}

function parseKey(key: string, path: Path): string {
  if (FORBIDDEN_KEYS.includes(key)) malformed([...path, key], 'is a forbidden key')
  if (key.includes('\0') || LONE_SURROGATE.test(key)) malformed(path, 'has a key that cannot be stored')
  if (key.length > DOCUMENT_LIMITS.nameLength) malformed(path, 'has a key that is too long')
  return key
}

/** A JSON object whose own keys match `pattern`. */
export function jsonObject({ depth, keys }: { readonly depth: number; readonly keys: RegExp }): Parser<JsonObject> {
  return (value, path) => {
    const faults = gather()
    for (const [key] of membersOf(value, path)) {
      if (!keys.test(key)) faults.read(() => malformed([...path, key], `must have a name that matches ${keys.source}`))
    }
    const parsed = faults.read(() => parseMembers(value, path, depth))
    faults.end()
    return parsed as JsonObject
  }
}
