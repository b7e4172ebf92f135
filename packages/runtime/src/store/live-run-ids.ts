import type { Expression, ExpressionBuilder, SqlBool } from 'kysely'
import { isListedRun } from '../postgres/list-conditions.ts'
import type { RuntimeTables } from '../postgres/tables.ts'
import type { Tx } from '../postgres/types.ts'
import { cursorAfter, isRunAfter, positionOfRun } from './cursor.ts'

/** A page of the live runs of a workflow. */
export interface LiveRunsPage {
  readonly workflowId: string
  /** `nextCursor` of the page before; absent for the first page. */
  readonly cursor?: string | undefined
  /** Most runs of the page. */
  readonly limit: number
}

/** Selects the ids of a page of the live runs of a workflow that meet a condition, the newest first. */
export async function selectLiveRunIds(
  tx: Tx<RuntimeTables>,
  tenantId: string,
  { workflowId, cursor, limit }: LiveRunsPage,
  condition: (eb: ExpressionBuilder<RuntimeTables, 'runs'>) => Expression<SqlBool>,
): Promise<{ readonly runIds: readonly string[]; readonly nextCursor: string | null }> {
  let query = tx
    .selectFrom('runs')
    .select(['run_id', 'queued_at'])
    .where('tenant_id', '=', tenantId)
    .where('workflow_id', '=', workflowId)
    .where('mode', '=', 'live')
    .where(isListedRun)
    .where(condition)
  if (cursor !== undefined) query = query.where(isRunAfter(cursor))
  const rows = await query
    .orderBy('queued_at', 'desc')
    .orderBy('run_id', 'desc')
    .limit(limit + 1)
    .execute()
  return { runIds: rows.slice(0, limit).map((row) => row.run_id), nextCursor: cursorAfter(rows, limit, positionOfRun) }
}
