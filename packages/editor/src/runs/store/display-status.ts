import type { NodeRunView } from '@tenon/core/run'
import type { ShownStatus } from '../../ui/status-mark.tsx'

/**
 * Returns the status that the views show: a loop that waits for its items is running, since they are, and a node run
 * that waits for a person after its last failure is parked.
 */
export function displayStatus({ status, iterations, parkedWaitId }: NodeRunView): ShownStatus {
  if (parkedWaitId !== null) return 'parked'
  return status === 'waiting' && iterations !== null ? 'running' : status
}
