import type { RunId, TenantId, WorkflowId } from '@tenon/core/document'
import { isInNoDeletedTree, isListedRun } from '@tenon/runtime/postgres'
import { sql } from 'kysely'
import type { ServerTx } from './server-tables.ts'

export interface LastRun {
  readonly workflow_id: WorkflowId
  readonly run_id: RunId
  readonly status: string
  readonly queued_at: number
}

/** The newest live run of each workflow, in one query over the runtime's runs. */
export async function lastRuns(
  tx: ServerTx,
  tenantId: TenantId,
  workflowIds: readonly WorkflowId[],
): Promise<ReadonlyMap<string, LastRun>> {
  const rows = await tx
    .selectFrom('runs')
    .distinctOn('workflow_id')
    .select(['workflow_id', 'run_id', 'status', 'queued_at'])
    .where('tenant_id', '=', tenantId)
    .where(isListedRun)
    .where(isInNoDeletedTree)
    .where('workflow_id', 'in', workflowIds)
    .where('mode', '=', sql.lit('live'))
    .orderBy('workflow_id')
    .orderBy('queued_at', 'desc')
    .execute()
  return new Map(rows.map((row) => [row.workflow_id, row]))
}
