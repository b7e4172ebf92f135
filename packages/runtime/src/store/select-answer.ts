import type { RunId, TenantId } from '@tenon/core/document'
import type { ValueRef } from '@tenon/core/run'
import type { RuntimeTables } from '../postgres/tables.ts'
import type { Tx } from '../postgres/types.ts'
import { unrollRow } from './stored-events.ts'

/** Selects the output of the first respond node of a run that has completed, without reading the rest of a long log. */
export async function selectAnswer(tx: Tx<RuntimeTables>, tenantId: TenantId, runId: RunId): Promise<ValueRef | null> {
  const row = await tx
    .selectFrom('run_log')
    .select(['seq', 'turn', 'events', 'inlines'])
    .where('tenant_id', '=', tenantId)
    .where('run_id', '=', runId)
    // From the run row, so that one partition is read.
    .where('start_week', '=', (eb) =>
      eb.selectFrom('runs').select('start_week').where('tenant_id', '=', tenantId).where('run_id', '=', runId),
    )
    // Quotes in texts are escaped, so only the key of an event matches.
    .where('events', 'like', '%"responds":true%')
    .orderBy('seq')
    .limit(1)
    .executeTakeFirst()
  const events = row === undefined ? [] : unrollRow(row)
  for (const event of events) {
    if (event.type === 'node_completed' && event.data.responds === true) return event.data.output
  }
  return null
}
