import { isRunOver, type NodeRunView, type RunView } from '@tenon/core/run'

/** Checks whether a run can be run again from a node: the run has ended, and the node has run outside of loops. */
export function mayRunFrom(run: Pick<RunView, 'status'>, nodeRun: NodeRunView): boolean {
  const { status, nodeId, nodeRunId } = nodeRun
  // A loop runs again as a whole; the ids of node runs inside one have the position of their item.
  const isInLoop = nodeRunId !== String(nodeId)
  return isRunOver(run.status) && status !== 'idle' && status !== 'skipped' && !isInLoop
}
