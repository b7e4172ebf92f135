import type { RunId, TenantId } from '@tenon/core/document'
import type { ValueRef } from '@tenon/core/run'
import type { RuntimeTables } from '../postgres/tables.ts'
import type { Tx } from '../postgres/types.ts'
import { unrollRow } from './stored-events.ts'

/** Rows that are read at once. */
const PAGE = 20

/**
 * Selects the output of the first respond node of a run that has completed, without reading the rest of a long log. A row
 * that matches may have the mark in a value of its events, such as the details of an approval, so every match is read.
 */
export async function selectAnswer(tx: Tx<RuntimeTables>, tenantId: TenantId, runId: RunId): Promise<ValueRef | null> {
  let after = 0
  for (;;) {
    const rows = await tx
      .selectFrom('run_log')
      .select(['seq', 'turn', 'events', 'inlines'])
      .where('tenant_id', '=', tenantId)
      .where('run_id', '=', runId)
      // From the run row, so that one partition is read.
      .where('start_week', '=', (eb) =>
        eb.selectFrom('runs').select('start_week').where('tenant_id', '=', tenantId).where('run_id', '=', runId),
      )
      .where('seq', '>', after)
      .where('events', 'like', '%"responds":true%')
      .orderBy('seq')
      .limit(PAGE)
      .execute()
    for (const event of rows.flatMap(unrollRow)) {
      if (event.type === 'node_completed' && event.data.responds === true) return event.data.output
    }
    if (rows.length < PAGE) return null
    after = rows.at(-1)?.seq ?? after
  }
}
