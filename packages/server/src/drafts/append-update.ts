import { DRAFT_LIMITS } from '@tenon/core/collab'
import type { UserId } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import {
  type DraftHead,
  type DraftRef,
  dropUpdates,
  insertUpdates,
  lockDraft,
  updateDraft,
} from '../tables/draft-repository.ts'
import type { ServerTx } from '../tables/server-tables.ts'
import { updateWorkflowRow } from '../tables/workflow-repository.ts'

/** The workflow's own `updated_at` follows its draft, but not at every key stroke. */
const TOUCH_MS = 5_000

export interface Append {
  readonly bytes: Uint8Array
  readonly userId: UserId
}

/**
 * Adds updates to a draft whose row is locked for change, in one go.
 *
 * @param planHash - After the updates, where it is known already.
 * @returns `seq` of the last: one more for each, without gaps.
 * @throws {@link TenonError} `VALUE_TOO_LARGE` when the draft would outgrow its limit.
 */
export async function appendUpdates(
  tx: ServerTx,
  ref: DraftRef,
  head: DraftHead,
  appends: readonly Append[],
  { at, planHash }: { readonly at: number; readonly planHash?: string },
): Promise<number> {
  const totalBytes = appends.reduce((sum, { bytes }) => sum + bytes.byteLength, head.total_bytes)
  if (totalBytes > DRAFT_LIMITS.draftBytes) throw draftFull()
  const { tenantId, workflowId } = ref
  await insertUpdates(
    tx,
    appends.map(({ bytes, userId }, index) => ({
      tenant_id: tenantId,
      workflow_id: workflowId,
      seq: head.seq + 1 + index,
      bytes,
      user_id: userId,
      at,
    })),
  )
  const seq = head.seq + appends.length
  await updateDraft(tx, ref, {
    seq,
    total_bytes: totalBytes,
    updated_at: at,
    ...(planHash === undefined ? {} : { plan_hash: planHash, hash_seq: seq }),
  })
  if (at - head.updated_at > TOUCH_MS) await updateWorkflowRow(tx, tenantId, workflowId, { updated_at: at })
  return seq
}

/** Makes the error for a draft that would exceed its limit. */
export function draftFull(): TenonError {
  return new TenonError('VALUE_TOO_LARGE', `The draft would exceed ${DRAFT_LIMITS.draftBytes} bytes`, {
    remedy: 'Remove nodes or long texts, or split the workflow.',
    details: { maxBytes: DRAFT_LIMITS.draftBytes },
  })
}

/** Updates since the last snapshot after which a new one pays. */
export const COMPACT_AFTER = 100

/** Replaces everything up to `seq` by one snapshot that contains it; a later snapshot stays. */
export async function compactDraft(
  tx: ServerTx,
  ref: DraftRef,
  { seq, snapshot }: { readonly seq: number; readonly snapshot: Uint8Array },
): Promise<void> {
  const row = await lockDraft(tx, ref, 'change')
  if (row === null || row.snapshot_seq >= seq) return
  const left = await dropUpdates(tx, ref, seq)
  await updateDraft(tx, ref, { snapshot, snapshot_seq: seq, total_bytes: snapshot.byteLength + left })
}
