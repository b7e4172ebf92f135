import { TenonError } from '@tenon/core/errors'
import type { StartedNode } from '../commit/commit-types.ts'
import { failureOf } from '../commit/failure.ts'
import { deadlineOf } from '../interpreter/next-attempt.ts'
import type { FailedAttempt } from './judge-retry.ts'

/** First and longest pause before an attempt whose secrets could not be read is made again. */
const FIRST_PAUSE_MS = 1_000
const LONGEST_PAUSE_MS = 60_000

/**
 * Checks whether the secrets of a node cannot be read for now: `details.waitsFor` names the service that is down, such as the
 * key provider. Such an attempt did not call the body, and does not count. Another error may never end, so it does.
 */
export function isHeld(error: unknown): error is TenonError {
  if (!(error instanceof TenonError) || error.code !== 'UNAVAILABLE' || !error.retryable) return false
  return typeof error.details?.waitsFor === 'string'
}

/**
 * Returns the error of an attempt whose secrets could not be read, with the time of the next one; `null` if the total time of
 * the node is over before.
 */
export function heldAttempt(
  started: StartedNode,
  error: TenonError,
  now: number,
): { readonly nextAt: number; readonly observation: FailedAttempt } | null {
  const { nodeRunId, pass, attempt, startedAt, node, heldBefore, scheduledAt } = started
  const nextAt = now + Math.min(FIRST_PAUSE_MS * 2 ** Math.min(heldBefore, 10), LONGEST_PAUSE_MS)
  const deadlineAt = deadlineOf(node, scheduledAt)
  if (deadlineAt !== null && nextAt >= deadlineAt) return null
  const times = { nextAt, durationMs: Math.max(0, now - startedAt) }
  const data = { pass, attempt, error: failureOf(error, node.id), ...times, isHeld: true }
  return { nextAt, observation: { type: 'node_error', nodeRunId, data } }
}
