import type { TenantId } from '@tenon/core/document'
import type { WaitFor } from '@tenon/core/node'
import type { Selectable } from 'kysely'
import { isWaitOfNoDeletedTree } from '../postgres/deleted-trees.ts'
import { isListedWait } from '../postgres/list-conditions.ts'
import type { RuntimeTables } from '../postgres/tables.ts'
import type { Tx } from '../postgres/types.ts'
import type { RunReader } from '../run-store.ts'
import type { EventWaitFilter, StoredEventWait } from '../stored-waits.ts'
import { cursorAfter, isWaitAfter, pageSize, positionOfWait } from './cursor.ts'
import { isClosedWait, isOpenWait, waitStatusOf } from './wait-status.ts'

/** Selects a page of waits for events and callbacks, newest first. */
export async function selectEventWaits(
  tx: Tx<RuntimeTables>,
  tenantId: TenantId,
  { runId, workflowId, status, cursor, limit }: EventWaitFilter,
): ReturnType<RunReader['listEventWaits']> {
  const size = pageSize(limit)
  let query = tx
    .selectFrom('waits')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('kind', 'in', ['event', 'callback'])
    .where(isListedWait)
    .where(isWaitOfNoDeletedTree)
  if (status !== undefined) query = query.where(status === 'open' ? isOpenWait : isClosedWait)
  if (runId !== undefined) query = query.where('run_id', '=', runId)
  if (workflowId !== undefined) query = query.where('workflow_id', '=', workflowId)
  if (cursor !== undefined) query = query.where(isWaitAfter(cursor))
  const rows = await query
    .orderBy('opened_at', 'desc')
    .orderBy('approval_id', 'desc')
    .limit(size + 1)
    .execute()
  return { items: rows.slice(0, size).map(eventWaitOfRow), nextCursor: cursorAfter(rows, size, positionOfWait) }
}

function eventWaitOfRow(row: Selectable<RuntimeTables['waits']>): StoredEventWait {
  return {
    tenantId: row.tenant_id,
    runId: row.run_id,
    waitId: row.wait_id,
    nodeRunId: row.node_run_id,
    nodeId: row.node_id,
    workflowId: row.workflow_id,
    waitFor: JSON.parse(row.wait_for) as Extract<WaitFor, { kind: 'event' | 'callback' }>,
    // An accepted event ends the wait, also if the run has yet to apply it.
    status: waitStatusOf(row),
    openedAt: row.opened_at,
    dueAt: row.due_at,
  }
}
