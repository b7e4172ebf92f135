import { concernsNodeRun, type NodeRunId, type RunEvent } from '@tenon/core/run'
import { sql } from 'kysely'
import type { RuntimeTables } from '../postgres/tables.ts'
import type { Tx } from '../postgres/types.ts'
import type { NodeRunEventPage, NodeRunPage } from '../run-store.ts'
import type { RunRef } from './run-ref.ts'
import { unrollRow } from './stored-events.ts'

/** Rows of a page; each has at most about 64 kB of events and values. */
const ROWS = 40

/**
 * Selects the next events of a node run. The database finds the rows whose text has the id, so that a long log is not sent
 * to this process; the row of `after` is read again, since it may have more.
 */
export async function selectNodeRunEvents(
  tx: Tx<RuntimeTables>,
  { tenantId, runId }: RunRef,
  nodeRunId: NodeRunId,
  { after, iterations }: NodeRunPage,
): Promise<NodeRunEventPage> {
  const run = await tx
    .selectFrom('runs')
    .select(['start_week', 'next_seq'])
    .where('tenant_id', '=', tenantId)
    .where('run_id', '=', runId)
    .executeTakeFirst()
  if (run === undefined) return { seq: after, events: [], hasMore: false }
  // In the text of a row: the id, and the ids of its events, waits and timers, which begin with it.
  const id = JSON.stringify(nodeRunId).slice(1, -1)
  const isIn = (text: string) => sql<boolean>`strpos(events, ${text}) > 0`
  const log = tx
    .selectFrom('run_log')
    .where('tenant_id', '=', tenantId)
    .where('run_id', '=', runId)
    .where('start_week', '=', run.start_week)
  const rowAtStart = log
    .select('seq')
    .where('seq', '<=', after + 1)
    .orderBy('seq', 'desc')
    .limit(1)
  const rows = await log
    .select(['seq', 'turn', 'events', 'inlines'])
    .where((eb) => eb('seq', '>=', eb.fn.coalesce(rowAtStart, sql.lit(0))))
    .where((eb) => eb.or([isIn(`"${id}"`), isIn(`"${id}/`)]))
    .orderBy('seq')
    .limit(ROWS)
    .execute()
  const read = rows.flatMap(unrollRow)
  const isWanted = (event: RunEvent): boolean =>
    event.seq > after && concernsNodeRun(event, nodeRunId) && (iterations || !isOfIteration(event))
  const hasMore = rows.length === ROWS
  // Events that are stored meanwhile may be among those of the last row.
  const seq = Math.max(after, read.at(-1)?.seq ?? 0, hasMore ? 0 : run.next_seq - 1)
  return { seq, events: read.filter(isWanted), hasMore }
}

function isOfIteration({ type }: RunEvent): boolean {
  return type === 'iteration_started' || type === 'iteration_ended'
}
