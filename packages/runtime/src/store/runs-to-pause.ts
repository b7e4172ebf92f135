import { isListedRun } from '../postgres/list-conditions.ts'
import type { RuntimeTables } from '../postgres/tables.ts'
import type { Tx } from '../postgres/types.ts'
import type { RunReader } from '../run-store.ts'
import { cursorAfter, isRunAfter, positionOfRun } from './cursor.ts'
import { PAUSE_MESSAGES } from './judge-pause.ts'

const PAGE = 200

/**
 * Lists runs to pause or to resume; see `RunReader.listRunsToPause`. One query for all statuses, so that none is missed
 * that goes from one to another between two pages.
 */
export async function selectRunsToPause(
  tx: Tx<RuntimeTables>,
  tenantId: string,
  { workflowId, request, cursor }: Parameters<RunReader['listRunsToPause']>[1],
): ReturnType<RunReader['listRunsToPause']> {
  let query = tx
    .selectFrom('runs')
    .select(['run_id', 'queued_at'])
    .where('tenant_id', '=', tenantId)
    .where('workflow_id', '=', workflowId)
    .where('mode', '=', 'live')
    .where(isListedRun)
  if (request === 'pause') {
    query = query
      .where('status', 'in', ['queued', 'running', 'waiting'])
      .where((eb) =>
        eb.not(
          eb.exists(
            eb
              .selectFrom('run_admissions')
              .select('run_admissions.run_id')
              .whereRef('run_admissions.tenant_id', '=', 'runs.tenant_id')
              .whereRef('run_admissions.run_id', '=', 'runs.run_id')
              .where('run_admissions.admitted_at', 'is', null),
          ),
        ),
      )
  } else {
    query = query
      .where('status', 'in', ['queued', 'running', 'waiting', 'paused'])
      .where((eb) =>
        eb.or([
          eb('status', '=', 'paused'),
          eb.exists(
            eb
              .selectFrom('run_inbox')
              .select('run_inbox.run_id')
              .whereRef('run_inbox.tenant_id', '=', 'runs.tenant_id')
              .whereRef('run_inbox.run_id', '=', 'runs.run_id')
              .where('run_inbox.message_id', 'like', `${PAUSE_MESSAGES}%`),
          ),
        ]),
      )
  }
  if (cursor !== undefined) query = query.where(isRunAfter(cursor))
  const rows = await query
    .orderBy('queued_at', 'desc')
    .orderBy('run_id', 'desc')
    .limit(PAGE + 1)
    .execute()
  return { runIds: rows.slice(0, PAGE).map((row) => row.run_id), nextCursor: cursorAfter(rows, PAGE, positionOfRun) }
}
