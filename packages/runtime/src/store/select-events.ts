import type { RunId, TenantId } from '@tenon/core/document'
import type { RunEvent } from '@tenon/core/run'
import { sql } from 'kysely'
import type { RuntimeTables } from '../postgres/tables.ts'
import type { Tx } from '../postgres/types.ts'
import { unrollRow } from './stored-events.ts'

/** Selects events with `seq` > `after`, ascending, at most `limit`. */
export async function selectEvents(
  tx: Tx<RuntimeTables>,
  tenantId: TenantId,
  runId: RunId,
  after: number,
  limit: number,
): Promise<readonly RunEvent[]> {
  const log = tx
    .selectFrom('run_log')
    .where('tenant_id', '=', tenantId)
    .where('run_id', '=', runId)
    // From the run row, so that one partition is read.
    .where('start_week', '=', (eb) =>
      eb.selectFrom('runs').select('start_week').where('tenant_id', '=', tenantId).where('run_id', '=', runId),
    )
  const rowAtStart = log
    .select('seq')
    .where('seq', '<=', after + 1)
    .orderBy('seq', 'desc')
    .limit(1)
  const rows = await log
    .select(['seq', 'turn', 'events', 'inlines'])
    .where((eb) => eb('seq', '>=', eb.fn.coalesce(rowAtStart, sql.lit(0))))
    // Numbers are dense, so later rows are not needed.
    .where('seq', '<=', after + limit)
    .orderBy('seq')
    .execute()
  const events = rows.flatMap(unrollRow)
  const from = events.findIndex((event) => event.seq > after)
  return from === -1 ? [] : events.slice(from, from + limit)
}
