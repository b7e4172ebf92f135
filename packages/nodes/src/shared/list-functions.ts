import type { Json } from '@tenon/core/document'
import { createPlainScope, evaluateExpression } from '@tenon/core/evaluate'

/**
 * Limits of one call: a list of 100,000 items is sorted within them. They are counts, so that every engine stops at the
 * same item.
 */
const LIMITS = Object.freeze({ maxSteps: 20_000_000, maxSize: 50_000_000 })

/**
 * Calls a function of the expression language, so that nodes and expressions compare, sort and add alike.
 *
 * @param call - An expression over `values`, such as `sum(numbers)`.
 * @throws {@link TenonError} as `evaluateExpression`: `EXPRESSION_TYPE`, `COMPARISON_TYPES_DIFFER`, `EXPRESSION_LIMIT`.
 */
export function callFunction(call: string, values: Readonly<Record<string, Json>>): Json {
  return evaluateExpression(call, createPlainScope(values), LIMITS)
}

/** An item of a list with its value at a field; null if it has none. */
export interface ItemValue {
  readonly item: Json
  readonly value: Json
}

/** Reads a field of all items. An item without the field has the value null. */
export function valuesAt(items: readonly Json[], field: string): readonly Json[] {
  return field === '' ? items : (callFunction('pluck(items, path)', { items, path: mayLack(field) }) as readonly Json[])
}

// In expressions a missing key is an error unless the path says that it may be absent. A path that does is kept.
function mayLack(field: string): string {
  return /[?["]/.test(field) ? field : `?.${field.replaceAll('.', '?.')}`
}

/** Converts the checked items of a param: resolved params contain JSON only. */
export function asItems(items: readonly unknown[]): readonly Json[] {
  return items as readonly Json[]
}
