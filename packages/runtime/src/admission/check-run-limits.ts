import type { RuntimeLog } from '../engine.ts'
import { reasonOf } from '../reason-of.ts'
import type { RunLimits } from './queue-rows.ts'

/** Returns the limits of a tenant. */
export type RunLimitsOf = (tenantId: string) => RunLimits

const NO_LIMITS: RunLimits = {}

/**
 * Checks the limits that a function of the host returns. It is called while appends are stored and pages are answered,
 * which its faults must not prevent: a limit that is not a whole number ≥ 0 or `Infinity` does not apply, nor does any if
 * the function throws, and each new fault is logged.
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
      const { inProgress, queued } = limitsOf(tenantId)
      const limits = { inProgress, queued }
      const names = (['inProgress', 'queued'] as const).filter((name) => isFaulty(limits[name]))
      if (names.length > 0) {
        report(tenantId, names.map((name) => `${name} is ${String(limits[name])}`).join(', '))
      }
      return {
        ...(inProgress === undefined || isFaulty(inProgress) ? {} : { inProgress }),
        ...(queued === undefined || isFaulty(queued) ? {} : { queued }),
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
