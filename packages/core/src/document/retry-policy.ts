import { durationToMs, isDurationString } from '../duration.ts'
import { RETRY_LIMITS } from './limits.ts'
import type { RetryPolicy } from './types.ts'

/** Values of the fields that neither a node nor its type sets. */
export const DEFAULT_RETRY = Object.freeze({
  initialInterval: '1s',
  backoffCoefficient: 2,
  maximumAttempts: 3,
} as const satisfies RetryPolicy)

/** Longest time of one attempt of a dispatched node, where neither the node nor its type has a timeout. */
export const DEFAULT_TIMEOUT = '30s'

/** Default of the longest interval, as a multiple of the first. */
export const RETRY_INTERVAL_GROWTH = 100

/** One invalid field of a retry policy. */
export interface RetryFault {
  /** Field that is out of range. */
  readonly field: keyof RetryPolicy
  /** Message without the name of the node: `maximumAttempts must be a whole number from 1 to 100`. */
  readonly message: string
  /** Nearest value that is in range; `undefined` if changing this field alone cannot make the policy valid. */
  readonly repair?: string | number
}

/**
 * Returns all faults of a retry policy. This function holds all rules of retry policies.
 *
 * @param retry - The policy of a node over that of its type; fields that neither sets are those of {@link
 * DEFAULT_RETRY}.
 */
export function findRetryFaults(retry: RetryPolicy): readonly RetryFault[] {
  const { maximumAttempts, backoffCoefficient } = { ...DEFAULT_RETRY, ...retry }
  const faults: RetryFault[] = []
  const initialMs = readInterval('initialInterval', retry.initialInterval ?? DEFAULT_RETRY.initialInterval, faults)
  const maximumMs =
    retry.maximumInterval === undefined ? null : readInterval('maximumInterval', retry.maximumInterval, faults)
  if (initialMs !== null && maximumMs !== null && maximumMs < initialMs) {
    const message = 'maximumInterval must not be shorter than initialInterval'
    faults.push({ field: 'maximumInterval', message, repair: retry.initialInterval ?? DEFAULT_RETRY.initialInterval })
  }
  const { attempts } = RETRY_LIMITS
  if (!Number.isSafeInteger(maximumAttempts) || maximumAttempts < 1 || maximumAttempts > attempts) {
    const repair = Math.min(Math.max(Math.round(maximumAttempts) || 1, 1), attempts)
    const message = `maximumAttempts must be a whole number from 1 to ${attempts}`
    faults.push({ field: 'maximumAttempts', message, repair })
  }
  if (!(backoffCoefficient >= 1)) {
    faults.push({ field: 'backoffCoefficient', message: 'backoffCoefficient must be at least 1', repair: 1 })
  }
  if (faults.length > 0 || initialMs === null) return faults
  const longestMs = maximumMs ?? RETRY_INTERVAL_GROWTH * initialMs
  const totalMs = totalWaitMs(initialMs, longestMs, backoffCoefficient, maximumAttempts)
  if (totalMs <= RETRY_LIMITS.totalWaitMs) return []
  const message = `the waits between ${maximumAttempts} attempts add up to ${daysOf(totalMs)} days; the limit is ${daysOf(RETRY_LIMITS.totalWaitMs)}`
  return [{ field: 'maximumInterval', message }]
}

function readInterval(field: 'initialInterval' | 'maximumInterval', text: string, faults: RetryFault[]): number | null {
  if (!isDurationString(text)) {
    faults.push({ field, message: `${field} must be a duration like 30s` })
    return null
  }
  const ms = durationToMs(text)
  const { minIntervalMs } = RETRY_LIMITS
  if (ms >= minIntervalMs) return ms
  faults.push({ field, message: `${field} must be at least ${minIntervalMs}ms`, repair: `${minIntervalMs}ms` })
  return null
}

function totalWaitMs(initialMs: number, longestMs: number, backoffCoefficient: number, attempts: number): number {
  let total = 0
  let intervalMs = initialMs
  for (let wait = 1; wait < attempts; wait += 1) {
    total += Math.min(intervalMs, longestMs)
    intervalMs *= backoffCoefficient
  }
  return total
}

function daysOf(ms: number): number {
  return Math.ceil(ms / 86_400_000)
}
