import { TenonError } from '../errors/index.ts'
import { MAX_JSON_DEPTH } from '../text/json-depth.ts'
import { isWellFormed } from '../text/well-formed.ts'

function refuse(message: string): never {
  throw new TenonError('VALUE_NOT_JSON', message)
}

function textOf(text: string): string {
  if (!isWellFormed(text)) refuse('A text contains a lone surrogate')
  return JSON.stringify(text)
}

/** Returns the keys sorted by UTF-16 code unit, the default order of `sort`; many objects have sorted keys already. */
function sortedKeys(object: object): readonly string[] {
  const keys = Object.keys(object)
  return areSorted(keys) ? keys : keys.sort()
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
 * Orders the keys of a value at every depth, for `JSON.stringify` to write. Shares what is ordered already.
 *
 * @returns `undefined` for a value that {@link write} has to refuse, or that `JSON.stringify` would write in another
 * way; lone surrogates are not detected.
 */
function ordered(value: unknown, depth: number): unknown {
  switch (typeof value) {
    case 'string':
      return value
    case 'number':
      return Number.isFinite(value) ? value : undefined
    case 'boolean':
      return value
    case 'object':
      if (value === null) return null
      if (depth >= MAX_JSON_DEPTH || hasMethodToJson(value)) return undefined
      return Array.isArray(value) ? orderedList(value, depth) : orderedObject(value, depth)
    default:
      return undefined
  }
}

/** Checks for a method `toJSON`, as dates have one: `JSON.stringify` would call it. */
function hasMethodToJson(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  const isPlain = prototype === Object.prototype || prototype === Array.prototype
  // The search for a name that no prototype has takes longer than the comparison of prototypes.
  return isPlain ? Object.hasOwn(value, 'toJSON') : 'toJSON' in value
}

function orderedList(list: readonly unknown[], depth: number): readonly unknown[] | undefined {
  let copy: unknown[] | null = null
  for (let at = 0; at < list.length; at++) {
    const item = ordered(list[at], depth + 1)
    if (item === undefined) return undefined
    if (copy === null && item !== list[at]) copy = list.slice(0, at)
    copy?.push(item)
  }
  return copy ?? list
}

/** Beginning of the escape that `JSON.stringify` writes for a lone surrogate; a backslash in a text may look like it. */
const SURROGATE_ESCAPE = '\\ud'

/** Matches keys that an object may keep before all others. */
const INDEX = /^\d/

function areSorted(keys: readonly string[]): boolean {
  for (let at = 1; at < keys.length; at++) if ((keys[at - 1] as string) > (keys[at] as string)) return false
  return true
}

function orderedObject(object: object, depth: number): object | undefined {
  const members = object as Readonly<Record<string, unknown>>
  // It cannot be assigned.
  if (Object.hasOwn(members, '__proto__')) return undefined
  const keys = Object.keys(members)
  let copy: Record<string, unknown> | null = null
  if (!areSorted(keys)) {
    if (keys.some((key) => INDEX.test(key))) return undefined
    keys.sort()
    copy = {}
  }
  for (let at = 0; at < keys.length; at++) {
    const key = keys[at] as string
    const member = members[key]
    const next = member === undefined ? undefined : ordered(member, depth + 1)
    if (next === undefined && member !== undefined) return undefined
    // A spread makes room for all members at once.
    if (copy === null && next !== member) copy = { ...members }
    if (copy !== null && next !== undefined) copy[key] = next
  }
  return copy ?? object
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
  // `JSON.stringify` writes several times as fast.
  const inOrder = ordered(value, 0)
  const text = inOrder === undefined ? null : JSON.stringify(inOrder)
  return text === null || text.includes(SURROGATE_ESCAPE) ? write(value, 0) : text
}
