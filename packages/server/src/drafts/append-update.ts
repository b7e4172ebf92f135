import { DRAFT_LIMITS } from '@tenon/core/collab'
import { TenonError } from '@tenon/core/errors'
import { type DraftPlace, dropUpdates, insertUpdate, lockDraft, updateDraft } from '../tables/draft-repository.ts'
import type { DraftRow, ServerTx } from '../tables/server-tables.ts'

/** The workflow's own `updated_at` follows its draft, but not at every key stroke. */
const TOUCH_MS = 5_000

export interface Append {
  readonly bytes: Uint8Array
  readonly userId: string
  readonly at: number
  /** Plan hash after the update, where it is known already. */
  readonly planHash?: string
}

/**
 * Adds an update to a draft whose row is locked for change.
 *
 * @returns Its `seq`: one more than the last, without gaps.
 * @throws {@link TenonError} `VALUE_TOO_LARGE` when the draft would outgrow its limit.
 */
export async function appendUpdate(tx: ServerTx, place: DraftPlace, row: DraftRow, append: Append): Promise<number> {
  const { bytes, userId, at, planHash } = append
  const totalBytes = row.total_bytes + bytes.byteLength
  if (totalBytes > DRAFT_LIMITS.draftBytes) {
    throw new TenonError('VALUE_TOO_LARGE', 'The draft is full', {
      remedy: 'Remove nodes or long texts, or split the workflow.',
      details: { maxBytes: DRAFT_LIMITS.draftBytes },
    })
  }
  const seq = row.seq + 1
  const { tenantId, workflowId } = place
  await insertUpdate(tx, { tenant_id: tenantId, workflow_id: workflowId, seq, bytes, user_id: userId, at })
  await updateDraft(tx, place, {
    seq,
    total_bytes: totalBytes,
    updated_at: at,
    ...(planHash === undefined ? {} : { plan_hash: planHash, hash_seq: seq }),
  })
  await tx
    .updateTable('workflows')
    .set({ updated_at: at })
    .where('tenant_id', '=', tenantId)
    .where('workflow_id', '=', workflowId)
    .where('updated_at', '<', at - TOUCH_MS)
    .execute()
  return seq
}

/** Updates since the last snapshot after which a new one pays. */
export const COMPACT_AFTER = 200

/** Replaces everything up to `seq` by one snapshot that has it in it; a later snapshot stays. */
export async function compactDraft(
  tx: ServerTx,
  place: DraftPlace,
  { seq, snapshot }: { readonly seq: number; readonly snapshot: Uint8Array },
): Promise<void> {
  const row = await lockDraft(tx, place, 'change')
  if (row === null || row.snapshot_seq >= seq) return
  const left = await dropUpdates(tx, place, seq)
  await updateDraft(tx, place, { snapshot, snapshot_seq: seq, total_bytes: snapshot.byteLength + left })
}
