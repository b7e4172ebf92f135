import { observationId } from '@tenon/core/run'
import type { RuntimeDatabase } from '../postgres/tables.ts'
import { findEvents } from '../store/find-events.ts'
import type { ObservationToCommit } from './commit-types.ts'
import type { RunIdentity } from './session.ts'

/**
 * Removes observations that are in the log already, for a commit that is repeated because its response was lost. Reads
 * the run's log, since event ids have no index and are needed only here.
 */
export async function leaveOutStored(
  database: RuntimeDatabase,
  { tenantId, runId }: RunIdentity,
  observations: readonly ObservationToCommit[],
): Promise<readonly ObservationToCommit[]> {
  if (observations.length === 0) return observations
  const ids = observations.map((entry) => observationId(entry.observation, entry))
  const events = await database.withTenant(tenantId, async (tx) => {
    // Waits for an append in flight, which locks this row.
    await tx
      .selectFrom('runs')
      .select('run_id')
      .where('tenant_id', '=', tenantId)
      .where('run_id', '=', runId)
      .forUpdate()
      .execute()
    return findEvents(tx, { tenantId, runId }, ids)
  })
  const stored = new Set(events.map((event) => event.id))
  return observations.filter((_, index) => !stored.has(ids[index] ?? ''))
}
