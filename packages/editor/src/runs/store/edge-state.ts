import { ALL_PORTS, type LogEntry, type NodeRunView, type SkipReason } from '@tenon/core/run'
import type { EdgeRunDisplay } from '../../canvas/node-status.ts'

/** Returns the reasons of skipped node runs, up to one event of the log. */
export function skipReasons(entries: readonly LogEntry[], seq: number): ReadonlyMap<string, SkipReason> {
  const reasons = new Map<string, SkipReason>()
  for (const entry of entries) {
    if (entry.seq > seq) break
    if (entry.type !== 'nodes_skipped') continue
    for (const nodeRunId of entry.data.nodeRunIds) reasons.set(nodeRunId, entry.data.reason)
  }
  return reasons
}

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
