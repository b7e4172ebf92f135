import { durationToMs, isDurationString, START_LIMITS } from '@tenon/core/document'
import type { RuntimeLog } from '../engine.ts'
import { reasonOf } from '../reason-of.ts'
import type { RunLimits, TenantRate } from '../store/run-limits.ts'

/** Returns the limits of a tenant. */
export type RunLimitsOf = (tenantId: string) => RunLimits

const NO_LIMITS: RunLimits = {}

/**
 * Checks the limits that a function of the host returns. It is called while appends are stored and pages are answered,
 * and its faults must not prevent that. So a limit that is not a whole number ≥ 0 or `Infinity` does not apply, an invalid
 * rate does not apply, no limit applies if the function throws, and each new fault is logged.
 *
 * @returns A function that never throws.
 */
export function checkRunLimits(limitsOf: RunLimitsOf | undefined, log: RuntimeLog): RunLimitsOf {
  if (limitsOf === undefined) return () => NO_LIMITS
  let lastFault = ''
  const report = (tenantId: string, fault: string): void => {
    if (fault === lastFault) return
    lastFault = fault
    log('error', 'run_limits.invalid: the default applies', { tenantId, reason: fault })
  }
  return (tenantId) => {
    try {
      const { inProgress, queued, rate } = limitsOf(tenantId)
      const faults = [
        ...(isFaulty(inProgress) ? [`inProgress is ${String(inProgress)}`] : []),
        ...(isFaulty(queued) ? [`queued is ${String(queued)}`] : []),
        ...(isFaultyRate(rate) ? [`rate is ${JSON.stringify(rate)}`] : []),
      ]
      if (faults.length > 0) report(tenantId, faults.join(', '))
      return {
        ...(inProgress === undefined || isFaulty(inProgress) ? {} : { inProgress }),
        ...(queued === undefined || isFaulty(queued) ? {} : { queued }),
        ...(rate === undefined || isFaultyRate(rate) ? {} : { rate }),
      }
    } catch (error) {
      report(tenantId, reasonOf(error))
      return NO_LIMITS
    }
  }
}

function isFaulty(limit: unknown): boolean {
  return (
    limit !== undefined && limit !== Number.POSITIVE_INFINITY && !(Number.isSafeInteger(limit) && Number(limit) >= 0)
  )
}

function isFaultyRate(rate: TenantRate | undefined): boolean {
  if (rate === undefined) return false
  const { limit, interval } = rate
  if (!Number.isSafeInteger(limit) || limit < 1 || limit > START_LIMITS.starts) return true
  if (typeof interval !== 'string' || !isDurationString(interval)) return true
  const ms = durationToMs(interval)
  return ms < START_LIMITS.minMs || ms > START_LIMITS.maxMs
}
