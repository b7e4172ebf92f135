import type { WebhookEndpointRow } from '../tables/webhook-tables.ts'

const SECOND_MS = 1_000
const MINUTE_MS = 60 * SECOND_MS
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

/** Waits between the attempts of a delivery, as Standard Webhooks recommends; the last attempt comes after three days. */
const DELAYS_MS: readonly number[] = [
  ...[5 * SECOND_MS, 5 * MINUTE_MS, 30 * MINUTE_MS, 2 * HOUR_MS, 5 * HOUR_MS],
  ...[10 * HOUR_MS, 14 * HOUR_MS, 20 * HOUR_MS, 24 * HOUR_MS],
]
/** Longest wait that a receiver may ask for by `Retry-After`. */
const MAX_RETRY_AFTER_MS = DAY_MS
/** Time for which every delivery must have failed before an endpoint is disabled. */
const DISABLE_AFTER_MS = 3 * DAY_MS
/** Failures one after the other from which an endpoint is tried less often. */
const HOLD_FROM = 5
const FIRST_HOLD_MS = 30 * SECOND_MS
const MAX_HOLD_MS = 30 * MINUTE_MS

/** Time after which another process works on an event that one has claimed; longer than any attempt. */
export const LEASE_MS = 60_000

/** Answer to one attempt. */
export interface AttemptResult {
  /** Null if no answer arrived. */
  readonly status: number | null
  /** Value of the `Retry-After` header. */
  readonly retryAfter: string | null
}

/** Returns `true` for an answer that says that the event was received. */
export function isReceived({ status }: Pick<AttemptResult, 'status'>): boolean {
  return status !== null && status >= 200 && status < 300
}

/**
 * Decides when a delivery is tried again after a failed attempt.
 *
 * @param attempts - Attempts so far, with this one.
 * @param now - Milliseconds since the Unix epoch, for a `Retry-After` with a date.
 * @param random - From 0 to 1: spreads deliveries that have failed together.
 * @returns Milliseconds; `null` if it is not tried again.
 */
export function nextDelay(attempts: number, result: AttemptResult, now: number, random: number): number | null {
  const delay = DELAYS_MS[attempts - 1]
  if (delay === undefined || result.status === 410) return null
  const asked = result.retryAfter === null ? 0 : retryAfterMs(result.retryAfter, now)
  return Math.max(delay * (0.9 + 0.2 * random), Math.min(asked, MAX_RETRY_AFTER_MS))
}

function retryAfterMs(value: string, now: number): number {
  if (/^\d{1,9}$/.test(value)) return Number(value) * SECOND_MS
  const at = Date.parse(value)
  return Number.isNaN(at) ? 0 : Math.max(at - now, 0)
}

/** Columns of an endpoint that the result of an attempt changes. */
export type EndpointChange = Partial<
  Pick<WebhookEndpointRow, 'failing_since' | 'failures' | 'held_until' | 'status' | 'disabled_reason'>
>

/**
 * Decides what the result of an attempt means for its endpoint.
 *
 * @param isLast - True if the delivery is not tried again.
 * @returns The columns to change; none if they are as they are to be.
 */
export function endpointAfter(
  row: Pick<WebhookEndpointRow, 'failing_since' | 'failures' | 'held_until'>,
  result: AttemptResult,
  { isLast, now }: { readonly isLast: boolean; readonly now: number },
): EndpointChange {
  if (isReceived(result)) {
    return row.failures === 0 ? {} : { failing_since: null, failures: 0, held_until: null }
  }
  const failing_since = row.failing_since ?? now
  const failures = row.failures + 1
  const holdMs = Math.min(FIRST_HOLD_MS * 2 ** (failures - HOLD_FROM), MAX_HOLD_MS)
  const held_until = failures < HOLD_FROM ? null : now + holdMs
  const change = { failing_since, failures, held_until }
  if (result.status === 410) return { ...change, ...disabled('The receiver answered 410: it wants no more events') }
  if (!isLast || now - failing_since < DISABLE_AFTER_MS) return change
  return { ...change, ...disabled('Every delivery has failed for 3 days') }
}

function disabled(reason: string): EndpointChange {
  return { status: 'disabled', disabled_reason: reason }
}
