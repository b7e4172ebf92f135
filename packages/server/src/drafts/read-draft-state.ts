import type { Draft } from '@tenon/core/api'
import { type DraftLoss, readDraft } from '@tenon/core/collab'
import { behaviorHash, type TenantId, type WorkflowDocument, type WorkflowId } from '@tenon/core/document'
import { toInstant } from '../http/instant.ts'
import { type DraftRef, draftHeads, keepBehaviorHash } from '../tables/draft-repository.ts'
import type { ServerDatabase, ServerTx } from '../tables/server-tables.ts'
import { loadDraft } from './load-draft.ts'

/** A draft as a document at one `seq`. */
export interface DraftState {
  readonly document: WorkflowDocument
  readonly repairs: readonly string[]
  /** Content that cannot be read, at most 100 entries. */
  readonly losses: readonly DraftLoss[]
  readonly seq: number
  readonly updatedAt: number
}

/** The draft changes exactly when its `seq` does. */
export function etagOf(seq: number): string {
  return `"${seq}"`
}

export async function readDraftState(
  tx: ServerTx,
  ref: DraftRef,
  lock: 'change' | 'read' = 'read',
): Promise<DraftState> {
  const { row, ydoc } = await loadDraft(tx, ref, lock)
  return { ...readDraft(ydoc), seq: row.seq, updatedAt: row.updated_at }
}

/** The form of a draft on the wire. */
export function toDraft(state: DraftState): Draft {
  return {
    document: state.document,
    etag: etagOf(state.seq),
    updatedAt: toInstant(state.updatedAt),
    repairs: state.repairs,
    unreadable: state.losses,
  }
}

/**
 * Behavior hashes of drafts, by workflow. A hash that is older than its draft is computed again and kept, each in
 * transactions of its own, so that a list never holds up those who edit.
 */
export async function draftBehaviorHashes(
  database: ServerDatabase,
  tenantId: TenantId,
  workflowIds: readonly WorkflowId[],
): Promise<ReadonlyMap<string, string>> {
  const heads = await database.withTenant(tenantId, (tx) => draftHeads(tx, tenantId, workflowIds))
  const hashes = new Map<string, string>()
  for (const head of heads) {
    const ref = { tenantId, workflowId: head.workflow_id }
    hashes.set(head.workflow_id, head.hash_seq === head.seq ? head.behavior_hash : await refreshHash(database, ref))
  }
  return hashes
}

async function refreshHash(database: ServerDatabase, ref: DraftRef): Promise<string> {
  const state = await database.withTenant(ref.tenantId, (tx) => readDraftState(tx, ref))
  const hash = behaviorHash(state.document)
  await database.withTenant(ref.tenantId, (tx) => keepBehaviorHash(tx, ref, { hash, seq: state.seq }))
  return hash
}
