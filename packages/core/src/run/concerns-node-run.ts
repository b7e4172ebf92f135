import type { NodeRunId } from '../ids.ts'
import { nodeRunIdOfWait } from './event-ids.ts'
import type { LogEntry } from './frame.ts'

/** Checks whether an entry of a log is about a node run: an event of its own, of its waits, or one that skips or leaves it. */
export function concernsNodeRun(entry: LogEntry, nodeRunId: NodeRunId): boolean {
  if ('nodeRunId' in entry && entry.nodeRunId === nodeRunId) return true
  if (entry.type === 'nodes_skipped') return entry.data.nodeRunIds.includes(nodeRunId)
  if (entry.type === 'join_fired') return entry.data.losers.includes(nodeRunId)
  if ('waitId' in entry.data) return nodeRunIdOfWait(entry.data.waitId) === nodeRunId
  return 'timerId' in entry.data && nodeRunIdOfWait(entry.data.timerId) === nodeRunId
}
