import type { NodeRunView, NodeStatus } from '@tenon/core/run'

/** Returns the status that the views show: a loop that waits for its items is running, since they are. */
export function displayStatus({ status, iterations }: NodeRunView): NodeStatus {
  return status === 'waiting' && iterations !== null ? 'running' : status
}
