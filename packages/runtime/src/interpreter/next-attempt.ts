import { sha256Hex } from '@tenon/core/document'
import type { CompiledRetryPolicy, PlanNode } from './plan.ts'

/** Most attempts of one pass that may be lost with their workers; they do not count towards `maximumAttempts`. */
export const MAX_LOST_ATTEMPTS = 5

/** Longest `Retry-After` of a service that is respected, in milliseconds. */
export const MAX_RETRY_AFTER_MS = 86_400_000

/** Failure of the last attempt. */
export interface AttemptError {
  /** Error code of Tenon, or one that the node threw. */
  readonly code: string
  /** `true` if another attempt may succeed. */
  readonly retryable: boolean
  /** Details of the failure; `retryAfterMs` is the wait that the service requested. */
  readonly details?: unknown
}

/** Decision about another attempt; `code` is the failure of the node if it differs from that of the attempt. */
export type NextAttempt =
  | { readonly retry: true; readonly delayMs: number }
  | { readonly retry: false; readonly code?: 'ATTEMPTS_LOST' }

function backoffMs(policy: CompiledRetryPolicy, retries: number): number {
  // A power beyond the range of numbers is Infinity, and no time at all times Infinity would be NaN.
  const growth = Math.min(policy.backoffCoefficient ** (retries - 1), Number.MAX_SAFE_INTEGER)
  return Math.min(policy.maximumIntervalMs, policy.initialIntervalMs * growth)
}

/** Returns 0 ≤ share < 1, the same for the same attempt in every process. */
function shareOf(idempotencyKey: string, attempt: number): number {
  return Number.parseInt(sha256Hex(`${idempotencyKey}/${attempt}`).slice(0, 8), 16) / 2 ** 32
}

/** Returns the wait in milliseconds that the details of a failure ask for, at most {@link MAX_RETRY_AFTER_MS}; 0 without one. */
export function retryAfterMsOf(details: unknown): number {
  if (typeof details !== 'object' || details === null || !('retryAfterMs' in details)) return 0
  const { retryAfterMs } = details
  return typeof retryAfterMs === 'number' && retryAfterMs > 0 ? Math.min(retryAfterMs, MAX_RETRY_AFTER_MS) : 0
}

/**
 * Decides whether a node run is tried again, and when. Pure: both engines and every worker agree.
 *
 * The wait grows with the attempts up to the policy's cap and is then shortened by up to a fifth, so that attempts that
 * failed together are not retried together. `Retry-After` may make it longer than the cap.
 *
 * @param failedSoFar - Attempts of this pass that ended with an error, the last one included.
 * @param lostSoFar - Attempts of this pass that were lost, the last one included.
 * @param error - Failure of the last attempt; `null` if it was lost.
 * @param idempotencyKey - Idempotency key of the node run.
 * @returns `delayMs` in whole milliseconds from the end of the last attempt.
 */
export function nextAttempt(
  policy: CompiledRetryPolicy,
  failedSoFar: number,
  lostSoFar: number,
  error: AttemptError | null,
  idempotencyKey: string,
): NextAttempt {
  const spread = 1 - shareOf(idempotencyKey, failedSoFar + lostSoFar) / 5
  if (error === null) {
    if (lostSoFar > MAX_LOST_ATTEMPTS) return { retry: false, code: 'ATTEMPTS_LOST' }
    return { retry: true, delayMs: Math.round(backoffMs(policy, lostSoFar) * spread) }
  }
  if (!error.retryable || policy.nonRetryableErrorTypes.includes(error.code)) return { retry: false }
  if (failedSoFar >= policy.maximumAttempts) return { retry: false }
  const waitMs = Math.round(backoffMs(policy, failedSoFar) * spread)
  return { retry: true, delayMs: Math.max(waitMs, Math.ceil(retryAfterMsOf(error.details))) }
}

/**
 * Returns the end of the total time of a pass, ms since the Unix epoch; `null` without a limit.
 *
 * @param scheduledAt - Instant of the fact that scheduled the pass.
 */
export function deadlineOf({ totalTimeoutMs }: Pick<PlanNode, 'totalTimeoutMs'>, scheduledAt: number): number | null {
  return totalTimeoutMs === undefined ? null : scheduledAt + totalTimeoutMs
}
