import { type DraftRef, dropUpdates, lockDraft, replaceSnapshot } from '../tables/draft-repository.ts'
import type { ServerTx } from '../tables/server-tables.ts'

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
  await replaceSnapshot(tx, ref, { seq, bytes: snapshot, totalBytes: snapshot.byteLength + left })
}
