import type { Draft } from '@tenon/core/api'
import { readDraft } from '@tenon/core/collab'
import { planHash, type WorkflowDocument } from '@tenon/core/document'
import { toInstant } from '../http/instant.ts'
import { type DraftPlace, draftHeads, updateDraft } from '../tables/draft-repository.ts'
import type { ServerTx } from '../tables/server-tables.ts'
import { loadDraft } from './load-draft.ts'

/** A draft as a document at one `seq`. */
export interface DraftState {
  readonly document: WorkflowDocument
  readonly repairs: readonly string[]
  readonly seq: number
  readonly updatedAt: number
}

/** The draft changes exactly when its `seq` does. */
export function etagOf(seq: number): string {
  return `"${seq}"`
}

export async function readDraftState(
  tx: ServerTx,
  place: DraftPlace,
  lock: 'change' | 'read' = 'read',
): Promise<DraftState> {
  const { row, ydoc } = await loadDraft(tx, place, lock)
  return { ...readDraft(ydoc), seq: row.seq, updatedAt: row.updated_at }
}

/** The form of a draft on the wire. */
export function toDraft(state: DraftState): Draft {
  return {
    document: state.document,
    etag: etagOf(state.seq),
    updatedAt: toInstant(state.updatedAt),
    repairs: state.repairs,
  }
}

/**
 * The plan hashes of drafts, by workflow. A hash that is older than its draft is computed again and kept.
 */
export async function draftPlanHashes(
  tx: ServerTx,
  tenantId: string,
  workflowIds: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const hashes = new Map<string, string>()
  for (const head of await draftHeads(tx, tenantId, workflowIds)) {
    const place = { tenantId, workflowId: head.workflow_id }
    hashes.set(head.workflow_id, head.hash_seq === head.seq ? head.plan_hash : await refreshHash(tx, place))
  }
  return hashes
}

async function refreshHash(tx: ServerTx, place: DraftPlace): Promise<string> {
  // Two readers that both hold a lock for reading and then want to write would wait for each other.
  const state = await readDraftState(tx, place, 'change')
  const hash = planHash(state.document)
  await updateDraft(tx, place, { plan_hash: hash, hash_seq: state.seq })
  return hash
}
