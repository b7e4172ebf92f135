import type { RunEvent } from '@tenon/core/run'
import { sql } from 'kysely'
import type { RuntimeTables } from '../postgres/tables.ts'
import type { Tx } from '../postgres/types.ts'
import type { RunRef } from './run-ref.ts'
import { unrollRow } from './stored-events.ts'

/**
 * Finds events in the log of a run by strings in them, such as an id or a type. Reads the whole log of the run, since
 * events have no index: for rare requests only. The caller holds a lock on the run if it relies on the absence of an
 * event.
 *
 * @param strings - Strings of which an event has at least one, as a whole value or key.
 * @returns A superset, in their order: all events of each row that holds one of `strings`, without inline values.
 */
export async function findEvents(
  tx: Tx<RuntimeTables>,
  { tenantId, runId }: RunRef,
  strings: readonly string[],
): Promise<readonly RunEvent[]> {
  const texts = strings.map((each) => JSON.stringify(each))
  const rows = await tx
    .selectFrom('run_log')
    .select(['seq', 'turn', 'events', sql.lit(null).as('inlines')])
    .where('tenant_id', '=', tenantId)
    .where('run_id', '=', runId)
    .where('start_week', '=', (eb) =>
      eb.selectFrom('runs').select('start_week').where('tenant_id', '=', tenantId).where('run_id', '=', runId),
    )
    .where(sql<boolean>`exists (select from unnest(${texts}::text[]) as wanted where strpos(events, wanted) > 0)`)
    .orderBy('seq')
    .execute()
  return rows.flatMap(unrollRow)
}
