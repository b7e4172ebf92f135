import { observationId } from '@tenon/core/run'
import { sql } from 'kysely'
import type { RuntimeDatabase } from '../postgres/tables.ts'
import { unrollRow } from '../store/stored-events.ts'
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
  const texts = ids.map((id) => JSON.stringify(id))
  const rows = await database.withTenant(tenantId, async (tx) => {
    // Waits for an append in flight, which locks this row.
    await tx
      .selectFrom('runs')
      .select('run_id')
      .where('tenant_id', '=', tenantId)
      .where('run_id', '=', runId)
      .forUpdate()
      .execute()
    return (
      tx
        .selectFrom('run_log')
        .select(['seq', 'turn', 'events', sql.lit(null).as('inlines')])
        .where('tenant_id', '=', tenantId)
        .where('run_id', '=', runId)
        .where('start_week', '=', (eb) =>
          eb.selectFrom('runs').select('start_week').where('tenant_id', '=', tenantId).where('run_id', '=', runId),
        )
        // Rows that may hold one of the ids; the exact comparison is made on their events.
        .where(sql<boolean>`exists (select from unnest(${texts}::text[]) as id where strpos(events, id) > 0)`)
        .execute()
    )
  })
  const stored = new Set(rows.flatMap(unrollRow).map((event) => event.id))
  return observations.filter((_, index) => !stored.has(ids[index] ?? ''))
}
