import type { NodeRunView } from '@tenon/core/run'
import type { ShownStatus } from '../../ui/status-mark.tsx'

/**
 * Returns the status that the views show. A loop that waits for its items and a node that waits for its calls are running,
 * since those are. A node run that waits for a person after its last failure is parked.
 */
export function displayStatus({ status, iterations, calls, parkedWaitId }: NodeRunView): ShownStatus {
  if (parkedWaitId !== null) return 'parked'
  return status === 'waiting' && (iterations !== null || calls?.isOpen === true) ? 'running' : status
}
