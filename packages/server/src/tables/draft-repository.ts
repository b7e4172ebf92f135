import type { TenantId, UserId, WorkflowId } from '@tenon/core/document'
import type { DraftRow, DraftSnapshotRow, DraftUpdateRow, ServerTx, WorkflowRow } from './server-tables.ts'

/** Identifies a draft by its tenant and its workflow. */
export interface DraftRef {
  readonly tenantId: TenantId
  readonly workflowId: WorkflowId
}

/** Owner of the client ids under which the server itself writes. */
export const SERVER_USER = ''

/** Adds the draft of a new workflow. */
export async function insertDraft(tx: ServerTx, row: DraftRow, snapshot: DraftSnapshotRow): Promise<void> {
  await tx.insertInto('drafts').values(row).execute()
  await tx.insertInto('draft_snapshots').values(snapshot).execute()
}

/** Row of a draft, with the instant at which its workflow was deleted. */
export type DraftHead = DraftRow & Pick<WorkflowRow, 'deleted_at'>

/**
 * Reads the row of a draft and locks it until the transaction ends: `change` excludes all others, `read` excludes changes
 * only, so that the updates that are read next belong to the same snapshot.
 */
export async function lockDraft(tx: ServerTx, ref: DraftRef, lock: 'change' | 'read'): Promise<DraftHead | null> {
  const query = tx
    .selectFrom('drafts')
    .selectAll()
    .select((draft) =>
      draft
        .selectFrom('workflows')
        .select('deleted_at')
        .where('tenant_id', '=', ref.tenantId)
        .where('workflow_id', '=', ref.workflowId)
        .as('deleted_at'),
    )
    .where('tenant_id', '=', ref.tenantId)
    .where('workflow_id', '=', ref.workflowId)
  const row = await (lock === 'change' ? query.forUpdate() : query.forShare()).executeTakeFirst()
  return row ?? null
}

/** The snapshot of a draft whose row is locked. */
export async function readSnapshot(tx: ServerTx, ref: DraftRef): Promise<Uint8Array> {
  const row = await tx
    .selectFrom('draft_snapshots')
    .select('bytes')
    .where('tenant_id', '=', ref.tenantId)
    .where('workflow_id', '=', ref.workflowId)
    .executeTakeFirstOrThrow()
  return row.bytes
}

/** Replaces the snapshot of a draft whose row is locked for change. */
export async function replaceSnapshot(
  tx: ServerTx,
  ref: DraftRef,
  { seq, bytes, totalBytes }: { readonly seq: number; readonly bytes: Uint8Array; readonly totalBytes: number },
): Promise<void> {
  await tx
    .updateTable('draft_snapshots')
    .set({ bytes })
    .where('tenant_id', '=', ref.tenantId)
    .where('workflow_id', '=', ref.workflowId)
    .execute()
  await tx
    .updateTable('drafts')
    .set({ snapshot_seq: seq, total_bytes: totalBytes })
    .where('tenant_id', '=', ref.tenantId)
    .where('workflow_id', '=', ref.workflowId)
    .execute()
}

/** Reads the parts of drafts that lists need. */
export async function draftHeads(
  tx: ServerTx,
  tenantId: TenantId,
  workflowIds: readonly WorkflowId[],
): Promise<readonly Pick<DraftRow, 'workflow_id' | 'seq' | 'behavior_hash' | 'hash_seq'>[]> {
  if (workflowIds.length === 0) return []
  return tx
    .selectFrom('drafts')
    .select(['workflow_id', 'seq', 'behavior_hash', 'hash_seq'])
    .where('tenant_id', '=', tenantId)
    .where('workflow_id', 'in', workflowIds)
    .execute()
}

/** Updates with `seq` > `after`, ascending. */
export async function listUpdates(
  tx: ServerTx,
  ref: DraftRef,
  after: number,
): Promise<readonly Pick<DraftUpdateRow, 'seq' | 'bytes'>[]> {
  return tx
    .selectFrom('draft_updates')
    .select(['seq', 'bytes'])
    .where('tenant_id', '=', ref.tenantId)
    .where('workflow_id', '=', ref.workflowId)
    .where('seq', '>', after)
    .orderBy('seq')
    .execute()
}

/** Keeps the behavior hash of a draft as of `seq`, unless one of a later `seq` is kept already. */
export async function keepBehaviorHash(
  tx: ServerTx,
  ref: DraftRef,
  { hash, seq }: { readonly hash: string; readonly seq: number },
): Promise<void> {
  await tx
    .updateTable('drafts')
    .set({ behavior_hash: hash, hash_seq: seq })
    .where('tenant_id', '=', ref.tenantId)
    .where('workflow_id', '=', ref.workflowId)
    .where('hash_seq', '<', seq)
    .execute()
}

/** Takes away the updates that a snapshot contains. @returns Bytes of those that are left. */
export async function dropUpdates(tx: ServerTx, ref: DraftRef, upTo: number): Promise<number> {
  await tx
    .deleteFrom('draft_updates')
    .where('tenant_id', '=', ref.tenantId)
    .where('workflow_id', '=', ref.workflowId)
    .where('seq', '<=', upTo)
    .execute()
  const left = await tx
    .selectFrom('draft_updates')
    .select((column) =>
      column.fn.coalesce(column.fn.sum<number>(column.fn('length', ['bytes'])), column.lit(0)).as('size'),
    )
    .where('tenant_id', '=', ref.tenantId)
    .where('workflow_id', '=', ref.workflowId)
    .executeTakeFirstOrThrow()
  return Number(left.size)
}

/**
 * Binds Yjs client ids to the user who writes with them, unless they have an owner.
 *
 * @returns The owner of each id.
 */
export async function bindClients(
  tx: ServerTx,
  ref: DraftRef,
  clientIds: readonly number[],
  userId: UserId,
): Promise<ReadonlyMap<number, string>> {
  if (clientIds.length === 0) return new Map()
  await tx
    .insertInto('draft_clients')
    .values(
      clientIds.map((clientId) => ({
        tenant_id: ref.tenantId,
        workflow_id: ref.workflowId,
        client_id: clientId,
        user_id: userId,
      })),
    )
    .onConflict((conflict) => conflict.columns(['tenant_id', 'workflow_id', 'client_id']).doNothing())
    .execute()
  return clientOwners(tx, ref, clientIds)
}

/** Reads the owners of client ids; ids without an owner are left out. */
async function clientOwners(
  tx: ServerTx,
  ref: DraftRef,
  clientIds: readonly number[],
): Promise<ReadonlyMap<number, string>> {
  if (clientIds.length === 0) return new Map()
  const rows = await tx
    .selectFrom('draft_clients')
    .select(['client_id', 'user_id'])
    .where('tenant_id', '=', ref.tenantId)
    .where('workflow_id', '=', ref.workflowId)
    .where('client_id', 'in', clientIds)
    .execute()
  return new Map(rows.map((row) => [Number(row.client_id), row.user_id]))
}
