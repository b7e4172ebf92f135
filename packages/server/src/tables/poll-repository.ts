import type { TenantId, WorkflowId } from '@tenon/core/document'
import type { ServerTx } from './server-tables.ts'
import type { TriggerRef } from './trigger-repository.ts'
import type { PollRow } from './trigger-tables.ts'

/** State of a poll, without the trigger that it belongs to. */
export type PollValues = Omit<PollRow, 'tenant_id' | 'workflow_id' | 'node_id'>

/** State of a poll that people see: without its memory, which is long. */
export type PollState = Pick<PollRow, 'node_id' | 'next_at' | 'polled_at' | 'failures' | 'code' | 'message'>

/** Reads the state of a poll with its memory; `null` before its first one has ended. */
export async function findPoll(tx: ServerTx, { tenantId, workflowId, nodeId }: TriggerRef): Promise<PollRow | null> {
  const row = await pollsOf(tx, tenantId, workflowId).selectAll().where('node_id', '=', nodeId).executeTakeFirst()
  return row ?? null
}

/** Reads the state of a poll; `null` before its first one has ended. */
export async function findPollState(tx: ServerTx, ref: TriggerRef): Promise<PollState | null> {
  const { tenantId, workflowId, nodeId } = ref
  const row = await pollsOf(tx, tenantId, workflowId).select(STATE).where('node_id', '=', nodeId).executeTakeFirst()
  return row ?? null
}

/** Lists the states of the polls of a workflow. */
export async function listPollStates(
  tx: ServerTx,
  tenantId: TenantId,
  workflowId: WorkflowId,
): Promise<readonly PollState[]> {
  return pollsOf(tx, tenantId, workflowId).select(STATE).execute()
}

const STATE = ['node_id', 'next_at', 'polled_at', 'failures', 'code', 'message'] as const

function pollsOf(tx: ServerTx, tenantId: TenantId, workflowId: WorkflowId) {
  return tx.selectFrom('polls').where('tenant_id', '=', tenantId).where('workflow_id', '=', workflowId)
}

/** State of a poll that knows nothing of its service. */
const UNKNOWN: PollValues = {
  ...{ source_hash: '', cursor: 'null', seen: null, next_at: null, polled_at: null },
  ...{ failures: 0, waits: 0, code: null, message: null },
}

/**
 * Stores what has changed in the state of a poll, in a transaction that holds its schedule. Other fields stay as they are:
 * a memory that has not changed is not written again.
 */
export async function putPoll(
  tx: ServerTx,
  { tenantId, workflowId, nodeId }: TriggerRef,
  changes: Partial<PollValues>,
): Promise<void> {
  await tx
    .insertInto('polls')
    .values({ tenant_id: tenantId, workflow_id: workflowId, node_id: nodeId, ...UNKNOWN, ...changes })
    .onConflict((conflict) => conflict.columns(['tenant_id', 'workflow_id', 'node_id']).doUpdateSet(changes))
    .execute()
}

/** Forgets the failures of a poll that was resumed or has changed; its memory stays. */
export async function clearFailures(
  tx: ServerTx,
  { tenantId, workflowId, nodeId }: TriggerRef,
  nextAt: number | null,
): Promise<void> {
  await tx
    .updateTable('polls')
    .set({ next_at: nextAt, failures: 0, waits: 0, code: null, message: null })
    .where('tenant_id', '=', tenantId)
    .where('workflow_id', '=', workflowId)
    .where('node_id', '=', nodeId)
    .execute()
}
