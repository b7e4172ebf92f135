import { observationId } from '@tenon/core/run'
import type { RuntimeDatabase } from '../postgres/tables.ts'
import type { ObservationToCommit } from './commit-types.ts'
import type { RunIdentity } from './run-session.ts'

/**
 * Leaves out observations that are in the log already: for a commit that is repeated because the answer to it was lost.
 * Reads the run's observations, since no index of the log knows their ids; nothing else ever asks for them.
 */
export async function leaveOutStored(
  database: RuntimeDatabase,
  { tenantId, runId }: RunIdentity,
  observations: readonly ObservationToCommit[],
): Promise<readonly ObservationToCommit[]> {
  if (observations.length === 0) return observations
  const ids = observations.map((entry) => observationId(entry.observation, entry))
  const rows = await database.withTenant(tenantId, async (tx) => {
    // Behind an append that is still on its way: it holds this row.
    await tx
      .selectFrom('runs')
      .select('run_id')
      .where('tenant_id', '=', tenantId)
      .where('run_id', '=', runId)
      .forUpdate()
      .execute()
    return tx
      .selectFrom('run_events')
      .select('event_id')
      .where('tenant_id', '=', tenantId)
      .where('run_id', '=', runId)
      .where('class', '=', 'observation')
      .where('event_id', 'in', ids)
      .execute()
  })
  const stored = new Set(rows.map((row) => row.event_id))
  return observations.filter((_, index) => !stored.has(ids[index] ?? ''))
}
