import { TenonError } from '../errors/index.ts'
import { isWellFormed } from '../text/well-formed.ts'

/** Deeper values are refused, so that no reader of a stored text can run out of stack. */
export const MAX_JSON_DEPTH = 128

function refuse(message: string): never {
  throw new TenonError('VALUE_NOT_JSON', message)
}

function textOf(text: string): string {
  if (!isWellFormed(text)) refuse('A text has half of a surrogate pair')
  return JSON.stringify(text)
}

function objectText(value: object, depth: number): string {
  const members: string[] = []
  for (const [key, member] of Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (member !== undefined) members.push(`${textOf(key)}:${write(member, depth + 1)}`)
  }
  return `{${members.join(',')}}`
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
      return refuse(`A ${typeof value} is no JSON value`)
  }
}

/**
 * The one text of a JSON value, for hashing and comparing: keys sorted by UTF-16 code unit, no space.
 *
 * Numbers are written as JavaScript writes them, `-0` as `0`; members that are `undefined` count as absent.
 *
 * @throws {@link TenonError} `VALUE_NOT_JSON` for NaN, infinities, lone surrogates, values that JSON has
 * not, and nesting beyond {@link MAX_JSON_DEPTH}.
 * @see RFC 8785 (JSON Canonicalization Scheme), which this follows.
 */
export function canonicalText(value: unknown): string {
  return write(value, 0)
}
