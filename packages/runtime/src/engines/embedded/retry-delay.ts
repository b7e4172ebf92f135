import { TenonError } from '@tenon/core/errors'

const FIRST_MS = 1_000
const MAX_MS = 300_000

/**
 * Returns the pause before a run is driven again after an error, in milliseconds. An outage ends at any time, so it is
 * always one second; an error that a retry does not resolve, such as a run log with a gap, doubles it up to five
 * minutes.
 *
 * @param failures - Errors of the run since it was last driven without one, this one included; ≥ 1.
 */
export function retryDelayMs(error: unknown, failures: number): number {
  if (!(error instanceof TenonError) || error.retryable) return FIRST_MS
  return Math.min(FIRST_MS * 2 ** (failures - 1), MAX_MS)
}
