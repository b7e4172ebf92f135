import { TenonError } from '@tenon/core/errors'

/** SQLSTATE classes of what will be refused again: wrong data (22), broken constraints (23), beyond a limit (54). */
const PERMANENT = /^(22|23|54)[0-9A-Z]{3}$/

/**
 * The SQLSTATE of an error with which the database refused data for good; null for all that may pass another time, such
 * as deadlocks, serialization failures and lost connections.
 */
export function permanentRefusal(error: unknown): string | null {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' && PERMANENT.test(code) ? code : null
}

/** Tells whether the database refused an append for good: trying it again is of no use. */
export function isAppendRefused(error: unknown): error is TenonError {
  return error instanceof TenonError && error.code === 'APPEND_REFUSED'
}
