import { observationId } from '@tenon/core/run'
import type { RunLogs } from '../store/run-logs.ts'
import type { ObservationToCommit } from './commit-types.ts'
import type { RunIdentity } from './session.ts'

/**
 * Removes observations that are in the log already, for a commit that is repeated because its response was lost. Reads
 * the run's log, since event ids have no index and are needed only here.
 */
export async function leaveOutStored(
  logs: RunLogs,
  run: RunIdentity,
  observations: readonly ObservationToCommit[],
): Promise<readonly ObservationToCommit[]> {
  if (observations.length === 0) return observations
  const ids = observations.map((entry) => observationId(entry.observation, entry))
  const stored = new Set((await logs.findEvents(run, ids)).map((event) => event.id))
  return observations.filter((_, index) => !stored.has(ids[index] ?? ''))
}
