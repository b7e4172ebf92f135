import { type DurationString, durationToMs } from '@tenon/core/document'
import type { Rate } from '../admission/decide-admissions.ts'

/** Limits of one tenant. */
export interface RunLimits {
  /** Most runs in progress at once; more wait in the queue. @defaultValue no limit */
  readonly inProgress?: number
  /** Most runs that start in an interval; more wait in the queue. @defaultValue no limit */
  readonly rate?: TenantRate
  /** Most runs that wait in the queue; more are refused with `RUN_QUEUE_FULL`. @defaultValue 10_000 */
  readonly queued?: number
}

/** Limit of the runs of a tenant that start in an interval. */
export interface TenantRate {
  /** Most starts in any interval of this length, 1 to 10,000. */
  readonly limit: number
  /** Length of the interval, 1 second to 30 days. */
  readonly interval: DurationString
}

/** Returns the limit of runs in progress of a tenant; null for none. */
export function limitOf({ inProgress }: RunLimits): number | null {
  return inProgress !== undefined && Number.isFinite(inProgress) ? inProgress : null
}

/** Returns the rate of a tenant; null for none. */
export function rateOf({ rate }: RunLimits): Rate | null {
  return rate === undefined ? null : { limit: rate.limit, intervalMs: durationToMs(rate.interval) }
}

/** Checks whether the starts or the runs of a tenant are limited. */
export function isLimited(limits: RunLimits): boolean {
  return limits.rate !== undefined || limitOf(limits) !== null
}
