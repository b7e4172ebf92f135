import type { JsonObject } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import { createPlainScope, evaluateExpression } from '@tenon/core/evaluate'

/**
 * Checks whether what has arrived at a trigger fits its filter; without one, everything does.
 *
 * @param filter - Expression over `trigger`.
 * @throws {@link TenonError} `TRIGGER_FILTER_FAILED` if the filter fails, or gives neither true nor false.
 */
export function fitsFilter(filter: string, trigger: JsonObject): boolean {
  if (filter.trim() === '') return true
  let value: unknown
  try {
    value = evaluateExpression(filter, createPlainScope({ trigger }))
  } catch (cause) {
    if (!(cause instanceof TenonError)) throw cause
    throw new TenonError('TRIGGER_FILTER_FAILED', `The filter failed: ${cause.message}`, { cause })
  }
  if (typeof value === 'boolean') return value
  const found = value === null ? 'null' : Array.isArray(value) ? 'a list' : `a value of type ${typeof value}`
  throw new TenonError('TRIGGER_FILTER_FAILED', `The filter must give true or false; it gives ${found}`)
}
