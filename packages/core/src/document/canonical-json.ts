import { TenonError } from '../errors/index.ts'
import { MAX_JSON_DEPTH } from '../text/json-depth.ts'
import { isWellFormed } from '../text/well-formed.ts'

function refuse(message: string): never {
  throw new TenonError('VALUE_NOT_JSON', message)
}

/** Matches most keys and texts: no character that JSON escapes, and no lone surrogate. */
const PLAIN = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/

function textOf(text: string): string {
  if (PLAIN.test(text)) return `"${text}"`
  if (!isWellFormed(text)) refuse('A text contains a lone surrogate')
  return JSON.stringify(text)
}

/** Returns the keys sorted by UTF-16 code unit, the default order of `sort`; many objects have sorted keys already. */
function sortedKeys(object: object): readonly string[] {
  const keys = Object.keys(object)
  for (let at = 1; at < keys.length; at++) if ((keys[at - 1] as string) > (keys[at] as string)) return keys.sort()
  return keys
}

function objectText(value: object, depth: number): string {
  const members = value as Readonly<Record<string, unknown>>
  let text = ''
  for (const key of sortedKeys(members)) {
    const member = members[key]
    if (member !== undefined) text += `${text === '' ? '' : ','}${textOf(key)}:${write(member, depth + 1)}`
  }
  return `{${text}}`
}

function write(value: unknown, depth: number): string {
  if (depth > MAX_JSON_DEPTH) refuse(`A value is nested deeper than ${MAX_JSON_DEPTH} levels`)
  switch (typeof value) {
    case 'string':
      return textOf(value)
    case 'number':
      return Number.isFinite(value) ? JSON.stringify(value) : refuse('A number is not finite')
    case 'boolean':
      return value ? 'true' : 'false'
    case 'object':
      if (value === null) return 'null'
      return Array.isArray(value)
        ? `[${value.map((item) => write(item, depth + 1)).join(',')}]`
        : objectText(value, depth)
    default:
      return refuse(`A ${typeof value} is not a JSON value`)
  }
}

/**
 * Serializes a JSON value to its canonical text, for hashing and comparing: keys sorted by UTF-16 code unit, no white
 * space.
 *
 * Numbers are written as JavaScript writes them, `-0` as `0`; members that are `undefined` count as absent.
 *
 * @throws {@link TenonError} `VALUE_NOT_JSON` for NaN, infinities, lone surrogates, values that JSON cannot represent,
 * and nesting beyond {@link MAX_JSON_DEPTH}.
 * @see RFC 8785 (JSON Canonicalization Scheme), which this follows.
 */
export function canonicalText(value: unknown): string {
  return write(value, 0)
}
