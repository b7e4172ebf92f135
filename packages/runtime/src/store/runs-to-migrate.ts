import { isListedRun } from '../postgres/list-conditions.ts'
import type { RuntimeTables } from '../postgres/tables.ts'
import type { Tx } from '../postgres/types.ts'
import type { RunReader } from '../run-store.ts'
import { cursorAfter, isRunAfter, positionOfRun } from './cursor.ts'

const DEFAULT_PAGE = 50

/** Lists runs to move to a version; see `RunReader.listRunsToMigrate`. */
export async function selectRunsToMigrate(
  tx: Tx<RuntimeTables>,
  tenantId: string,
  {
    workflowId,
    version,
    from,
    fingerprint,
    cursor,
    limit = DEFAULT_PAGE,
  }: Parameters<RunReader['listRunsToMigrate']>[1],
): ReturnType<RunReader['listRunsToMigrate']> {
  let query = tx
    .selectFrom('runs')
    .select(['run_id', 'queued_at'])
    .where('tenant_id', '=', tenantId)
    .where('workflow_id', '=', workflowId)
    .where('mode', '=', 'live')
    .where('status', 'in', ['running', 'waiting', 'paused'])
    .where('version', '<>', version)
    .where(isListedRun)
  if (from !== undefined) query = query.where('version', '=', from)
  if (fingerprint !== undefined) {
    query = query.where((eb) =>
      eb.exists(
        eb
          .selectFrom('waits')
          .select('waits.run_id')
          .whereRef('waits.tenant_id', '=', 'runs.tenant_id')
          .whereRef('waits.run_id', '=', 'runs.run_id')
          .where('waits.fingerprint', '=', fingerprint)
          .where('waits.status', '=', 'open'),
      ),
    )
  }
  if (cursor !== undefined) query = query.where(isRunAfter(cursor))
  const rows = await query
    .orderBy('queued_at', 'desc')
    .orderBy('run_id', 'desc')
    .limit(limit + 1)
    .execute()
  return { runIds: rows.slice(0, limit).map((row) => row.run_id), nextCursor: cursorAfter(rows, limit, positionOfRun) }
}
