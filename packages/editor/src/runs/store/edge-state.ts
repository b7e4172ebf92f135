import { ALL_PORTS, type NodeRunView } from '@tenon/core/run'
import type { EdgeRunDisplay } from '../../canvas/node-status.ts'

/**
 * Returns the state of one edge in a run.
 *
 * @param source - Run of its source; `undefined` before it.
 * @param target - Run of its target; `undefined` before it.
 * @param passedPort - Port that the run took at a node that was disabled or skipped by its condition; else `null`.
 */
export function edgeState(
  sourceHandle: string,
  source: NodeRunView | undefined,
  target: NodeRunView | undefined,
  passedPort: string | null,
): EdgeRunDisplay {
  if (source === undefined) return 'none'
  const port = source.status === 'skipped' ? passedPort : source.port
  if (port === null) return isOver(source) ? 'dead' : 'none'
  if (port !== sourceHandle && port !== ALL_PORTS) return 'dead'
  return target?.status === 'running' || target?.status === 'retry' ? 'live' : 'taken'
}

function isOver(nodeRun: NodeRunView): boolean {
  return nodeRun.endedAt !== null || nodeRun.status === 'skipped'
}
