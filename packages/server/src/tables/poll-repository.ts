import type { TenantId, WorkflowId } from '@tenon/core/document'
import type { ServerTx } from './server-tables.ts'
import type { TriggerRef } from './trigger-repository.ts'
import type { PollRow } from './trigger-tables.ts'

/** State of a poll, without the trigger that it belongs to. */
export type PollValues = Omit<PollRow, 'tenant_id' | 'workflow_id' | 'node_id'>

/** Reads the state of a poll; `null` before its first one has ended. */
export async function findPoll(tx: ServerTx, ref: TriggerRef): Promise<PollRow | null> {
  const rows = await listPolls(tx, ref.tenantId, ref.workflowId)
  return rows.find(({ node_id }) => node_id === ref.nodeId) ?? null
}

/** Lists the polls of a workflow. */
export async function listPolls(tx: ServerTx, tenantId: TenantId, workflowId: WorkflowId): Promise<readonly PollRow[]> {
  return tx
    .selectFrom('polls')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('workflow_id', '=', workflowId)
    .execute()
}

/** Stores the state of a poll, in a transaction that holds its schedule. */
export async function putPoll(
  tx: ServerTx,
  { tenantId, workflowId, nodeId }: TriggerRef,
  values: PollValues,
): Promise<void> {
  await tx
    .insertInto('polls')
    .values({ tenant_id: tenantId, workflow_id: workflowId, node_id: nodeId, ...values })
    .onConflict((conflict) => conflict.columns(['tenant_id', 'workflow_id', 'node_id']).doUpdateSet(values))
    .execute()
}

/** Forgets the failures of a poll that was resumed, and its next time when it was paused. */
export async function clearFailures(
  tx: ServerTx,
  { tenantId, workflowId, nodeId }: TriggerRef,
  nextAt: number | null,
): Promise<void> {
  await tx
    .updateTable('polls')
    .set({ next_at: nextAt, failures: 0, code: null, message: null })
    .where('tenant_id', '=', tenantId)
    .where('workflow_id', '=', workflowId)
    .where('node_id', '=', nodeId)
    .execute()
}
