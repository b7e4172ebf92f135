import { FORBIDDEN_KEYS, FORBIDDEN_PATH_KEYS } from '../document/json-values.ts'
import type { Span } from '../expression/ast.ts'
import { KIND_NAMES, type ValueKind } from '../expression/functions/signature.ts'
import type { Json, JsonObject } from '../json.ts'
import { fault } from './evaluation.ts'
import { type Meter, spendSteps } from './meter.ts'

/**
 * Returns the type of a value. Values that are not JSON (a function, `undefined`, NaN) are refused, so that a host
 * object in the scope cannot be used.
 */
export function kindOf(value: Json | undefined, span: Span): ValueKind {
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
  throw fault('EXPRESSION_TYPE', `A ${typeof value} is not a JSON value and cannot be used`, span)
}

/** Formats a type with its article for messages: `a text`, `an object`. */
export const aKind = (kind: ValueKind): string => KIND_NAMES[kind]

/** Reads an own data property; getters and inherited properties count as absent. */
export function ownValue(value: object, key: string | number): Json | undefined {
  return Object.getOwnPropertyDescriptor(value, key)?.value
}

function allowed(key: string, forbidden: readonly string[], span: Span): string {
  if (!forbidden.includes(key)) return key
  throw fault('EXPRESSION_KEY_FORBIDDEN', `The key "${key}" is not allowed`, span, { key })
}

/** Refuses a key that no JSON object may have. */
export const allowKey = (key: string, span: Span): string => allowed(key, FORBIDDEN_KEYS, span)

/** Refuses a segment of a path that could reach a prototype. */
export const allowPathKey = (key: string, span: Span): string => allowed(key, FORBIDDEN_PATH_KEYS, span)

/** Returns the keys of own data properties, in order; costs one step each. */
export function ownKeys(meter: Meter, value: JsonObject): string[] {
  const keys = Object.keys(value)
  spendSteps(meter, keys.length)
  return keys.filter((key) => ownValue(value, key) !== undefined)
}
