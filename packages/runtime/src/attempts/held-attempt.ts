import { TenonError } from '@tenon/core/errors'
import type { StartedNode } from '../commit/commit-types.ts'
import { failureOf } from '../commit/failure.ts'
import { deadlineOf, retryAfterMsOf } from '../interpreter/next-attempt.ts'
import type { FailedAttempt } from './judge-retry.ts'

/** First and longest pause before an attempt is made again that is held up. */
const FIRST_PAUSE_MS = 1_000
const LONGEST_PAUSE_MS = 60_000

/**
 * Checks whether an attempt is held up by something that ends without the node: its secrets cannot be read for now
 * (`details.waitsFor` names the service that is down, such as the key provider), or its connection has reached its rate. Such
 * an attempt does not count. Another error may never end, so it does.
 */
export function isHeld(error: unknown): error is TenonError {
  if (!(error instanceof TenonError) || !error.retryable) return false
  if (error.code === 'CONNECTION_RATE_LIMITED') return true
  return error.code === 'UNAVAILABLE' && typeof error.details?.waitsFor === 'string'
}

/**
 * Returns the error of an attempt that is held up, with the time of the next one; `null` if the total time of the node is over
 * before. The time is the one in the details of the error, and else later after each attempt.
 */
export function heldAttempt(
  started: StartedNode,
  error: TenonError,
  now: number,
): { readonly nextAt: number; readonly observation: FailedAttempt } | null {
  const { nodeRunId, pass, attempt, startedAt, node, heldBefore, scheduledAt } = started
  const growing = Math.min(FIRST_PAUSE_MS * 2 ** Math.min(heldBefore, 10), LONGEST_PAUSE_MS)
  const nextAt = now + (Math.ceil(retryAfterMsOf(error.details)) || growing)
  const deadlineAt = deadlineOf(node, scheduledAt)
  if (deadlineAt !== null && nextAt >= deadlineAt) return null
  const times = { nextAt, durationMs: Math.max(0, now - startedAt) }
  const data = { pass, attempt, error: failureOf(error, node.id), ...times, isHeld: true }
  return { nextAt, observation: { type: 'node_error', nodeRunId, data } }
}
