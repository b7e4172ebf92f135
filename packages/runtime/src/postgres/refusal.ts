import { setTimeout as sleep } from 'node:timers/promises'
import { TenonError } from '@tenon/core/errors'

/** SQLSTATE classes of permanent errors: invalid data (22), violated constraints (23), exceeded limits (54). */
const PERMANENT = /^(22|23|54)[0-9A-Z]{3}$/

/**
 * Returns the SQLSTATE of an error with which the database refused data for good; null for errors that a retry may
 * resolve, such as deadlocks, serialization failures and lost connections.
 */
export function permanentRefusal(error: unknown): string | null {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' && PERMANENT.test(code) ? code : null
}

/** Checks for an error of the database that a retry may resolve. */
export function isOutage(error: unknown): boolean {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) && permanentRefusal(error) === null
}

const TOO_LARGE = /^(Invalid (string|array|typed array) length|Array buffer allocation failed|Cannot create a string)/

/** Checks whether this process could not build a statement because its values are too large. */
export function isTooLarge(error: unknown): boolean {
  return error instanceof Error && !('severity' in error) && TOO_LARGE.test(error.message)
}

/** SQLSTATEs of a conflict between transactions: deadlock, serialization failure. */
const CONFLICTS: ReadonlySet<unknown> = new Set(['40P01', '40001'])
const MAX_TRIES = 5
const FIRST_PAUSE_MS = 10

/** Dependencies for tests. */
export interface RetryDeps {
  /** Waits between two tries. @defaultValue a timer */
  readonly pause?: (ms: number) => Promise<unknown>
  /** Returns a number in [0, 1). @defaultValue `Math.random` */
  readonly random?: () => number
}

/**
 * Retries a transaction that the database has aborted in favor of another one, at most five tries in all. The pause
 * before a try doubles from 10 ms on and is shortened at random by up to half, so that two conflicting transactions do
 * not conflict again.
 *
 * @param transaction - Must have no effect outside of the database.
 * @throws The error of the last try; any other error at once.
 */
export async function retryConflicts<Value>(
  transaction: () => Promise<Value>,
  { pause = sleep, random = Math.random }: RetryDeps = {},
): Promise<Value> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await transaction()
    } catch (error) {
      const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined
      if (!CONFLICTS.has(code) || tries === MAX_TRIES) throw error
    }
    await pause(FIRST_PAUSE_MS * 2 ** (tries - 1) * (1 - random() / 2))
  }
}

/** Checks whether the database rejected an append permanently, so that a retry cannot succeed. */
export function isAppendRefused(error: unknown): error is TenonError {
  return error instanceof TenonError && error.code === 'APPEND_REFUSED'
}
