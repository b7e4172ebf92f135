import { FORBIDDEN_KEYS } from '../document/json-values.ts'
import { TenonError } from '../errors/index.ts'
import type { Json } from '../json.ts'
import { isWellFormed } from '../text/well-formed.ts'

/** Deepest nesting of objects and lists in a value of a run; the outermost one counts as 1. */
export const MAX_VALUE_DEPTH = 64

/** Longest text of one value in UTF-16 code units, unless the caller sets a lower limit. */
export const MAX_VALUE_TEXT_LENGTH = 33_554_432

/** A value in the form that the run log stores. */
export interface EncodedValue {
  /** The value parsed from `text`: a copy with sorted keys that shares nothing with the source. */
  readonly json: Json
  /** Canonical text: keys sorted by UTF-16 code unit, no white space. */
  readonly text: string
}

interface Encoder {
  text: string
  /** Path of the current value. */
  readonly path: (string | number)[]
  readonly maxLength: number
}

function refuse(encoder: Encoder, why: string): never {
  const path = [...encoder.path]
  const subject = path.length === 0 ? 'The value' : `The value at ${path.join('.')}`
  throw new TenonError('VALUE_NOT_JSON', `${subject} ${why}`, { details: { path } })
}

function write(encoder: Encoder, text: string): void {
  // Without the limit, a small graph of shared references could produce a text of any length.
  if (encoder.text.length + text.length > encoder.maxLength) {
    throw new TenonError('VALUE_TOO_LARGE', `The value has more than ${encoder.maxLength} characters as JSON`, {
      details: { maxLength: encoder.maxLength },
    })
  }
  encoder.text += text
}

function encodeText(encoder: Encoder, value: string): string {
  if (!isWellFormed(value)) refuse(encoder, 'has a lone surrogate')
  write(encoder, JSON.stringify(value))
  return value
}

function encodeKey(encoder: Encoder, key: string): void {
  if (FORBIDDEN_KEYS.includes(key)) refuse(encoder, `has the key "${key}", which could reach a prototype`)
  if (key.includes('\0')) refuse(encoder, 'has a key with a NUL character')
  encodeText(encoder, key)
}

function encodeAt(encoder: Encoder, key: string | number, value: unknown): Json {
  encoder.path.push(key)
  const json = encodeAny(encoder, value)
  encoder.path.pop()
  return json
}

function encodeList(encoder: Encoder, list: readonly unknown[]): Json {
  const json: Json[] = []
  write(encoder, '[')
  // By index, since iteration methods would skip holes in the list.
  for (let index = 0; index < list.length; index += 1) {
    if (index > 0) write(encoder, ',')
    json.push(encodeAt(encoder, index, list[index]))
  }
  write(encoder, ']')
  return json
}

// An object of another realm is plain as well: its prototype has no prototype.
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

function encodeObject(encoder: Encoder, value: object): Json {
  if (!isPlain(value)) refuse(encoder, 'is an instance of a class, not a plain object')
  const members = value as Readonly<Record<string, unknown>>
  const json: { [key: string]: Json } = {}
  let separator = '{'
  for (const key of Object.keys(value).sort()) {
    const member = members[key]
    if (member === undefined) continue
    write(encoder, separator)
    separator = ','
    encodeKey(encoder, key)
    write(encoder, ':')
    json[key] = encodeAt(encoder, key, member)
  }
  if (separator === '{') write(encoder, separator)
  write(encoder, '}')
  return json
}

function encodeAny(encoder: Encoder, value: unknown): Json {
  switch (typeof value) {
    case 'string':
      return encodeText(encoder, value)
    case 'boolean':
      write(encoder, value ? 'true' : 'false')
      return value
    case 'number':
      if (!Number.isFinite(value)) refuse(encoder, 'is a number that is not finite')
      write(encoder, JSON.stringify(value))
      return value + 0
    case 'object':
      if (value === null) {
        write(encoder, 'null')
        return null
      }
      if (encoder.path.length >= MAX_VALUE_DEPTH) refuse(encoder, `is nested deeper than ${MAX_VALUE_DEPTH} levels`)
      return Array.isArray(value) ? encodeList(encoder, value) : encodeObject(encoder, value)
    default:
      return refuse(encoder, `is of type ${typeof value}, which JSON cannot represent`)
  }
}

/**
 * Converts a value from a node or a caller to strict JSON, the form that the run log stores.
 *
 * Object members that are `undefined` count as absent and `-0` as `0`; every other value that would not be read back
 * unchanged is refused. Equal values have equal texts; the order of keys does not matter.
 *
 * @param options.maxLength - Longest text in UTF-16 code units. @defaultValue {@link MAX_VALUE_TEXT_LENGTH}
 * @throws {@link TenonError} `VALUE_NOT_JSON` (details: `path`) for NaN and infinities, lone surrogates,
 * NUL in keys, `undefined` in lists, functions, symbols, bigints, instances of classes, the key
 * `__proto__`, and nesting beyond {@link MAX_VALUE_DEPTH};
 * `VALUE_TOO_LARGE` (details: `maxLength`).
 *
 * @example
 * ```ts
 * encodeValue({ b: 1, a: [true] }).text // '{"a":[true],"b":1}'
 * ```
 */
export function encodeValue(value: unknown, options: { readonly maxLength?: number } = {}): EncodedValue {
  const encoder: Encoder = { text: '', path: [], maxLength: options.maxLength ?? MAX_VALUE_TEXT_LENGTH }
  const json = encodeAny(encoder, value)
  return { json, text: encoder.text }
}
