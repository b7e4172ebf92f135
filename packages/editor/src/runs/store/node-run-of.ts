import type { NodeRunView, RunView } from '@tenon/core/run'

/** Returns the run of a node outside of containers, which has the id of its node. */
export function nodeRunOf(nodeRuns: RunView['nodeRuns'], nodeId: string): NodeRunView | undefined {
  return nodeRuns.get(nodeId)
}
