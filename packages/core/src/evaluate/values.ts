import { FORBIDDEN_KEYS, FORBIDDEN_PATH_KEYS } from '../document/json-values.ts'
import type { Span } from '../expression/ast.ts'
import type { ValueKind } from '../expression/functions/signature.ts'
import type { Json, JsonObject } from '../json.ts'
import { fault } from './evaluation.ts'
import { type Meter, spendSteps } from './meter.ts'

/**
 * What a value is; anything that is no JSON value (a function, `undefined`, NaN) is refused here, so
 * that a host object in the scope cannot be used.
 */
export function kindOf(value: Json | undefined, place: Span): ValueKind {
  switch (typeof value) {
    case 'string':
      return 'text'
    case 'boolean':
      return 'boolean'
    case 'object':
      if (value === null) return 'null'
      return Array.isArray(value) ? 'list' : 'object'
    case 'number':
      if (Number.isFinite(value)) return 'number'
  }
  throw fault('EXPRESSION_TYPE', `A ${typeof value} that is no JSON value cannot be used`, place)
}

const ARTICLES: Readonly<Record<ValueKind, string>> = Object.freeze({
  null: 'null',
  boolean: 'a boolean',
  number: 'a number',
  text: 'a text',
  list: 'a list',
  object: 'an object',
})

/** `a text`, `an object`, as messages say it. */
export const aKind = (kind: ValueKind): string => ARTICLES[kind]

/** The value of an own data property; getters and inherited ones are as good as absent. */
export function ownValue(value: object, key: string | number): Json | undefined {
  return Object.getOwnPropertyDescriptor(value, key)?.value
}

function allowed(key: string, forbidden: readonly string[], place: Span): string {
  if (!forbidden.includes(key)) return key
  throw fault('EXPRESSION_KEY_FORBIDDEN', `The key "${key}" is not allowed`, place, { key })
}

/** Refuses a key that no object of JSON may have. */
export const allowKey = (key: string, place: Span): string => allowed(key, FORBIDDEN_KEYS, place)

/** Refuses a segment of a path that could reach a prototype. */
export const allowPathKey = (key: string, place: Span): string => allowed(key, FORBIDDEN_PATH_KEYS, place)

/** Keys of own data properties, in order; a step each. */
export function ownKeys(meter: Meter, value: JsonObject): string[] {
  const keys = Object.keys(value)
  spendSteps(meter, keys.length)
  return keys.filter((key) => ownValue(value, key) !== undefined)
}
