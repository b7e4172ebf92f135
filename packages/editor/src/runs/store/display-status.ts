import type { NodeRunView } from '@tenon/core/run'
import type { ShownStatus } from '../../ui/status-mark.tsx'

/**
 * Returns the status that the views show: a loop that waits for its items and a caller that
 * waits for its calls are running, since those are, and a node run
 * that waits for a person after its last failure is parked.
 */
export function displayStatus({ status, iterations, calls, parkedWaitId }: NodeRunView): ShownStatus {
  if (parkedWaitId !== null) return 'parked'
  return status === 'waiting' && (iterations !== null || calls?.isOpen === true) ? 'running' : status
}
