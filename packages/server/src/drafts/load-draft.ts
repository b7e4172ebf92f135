import { TenonError } from '@tenon/core/errors'
import * as Y from 'yjs'
import { type DraftHead, type DraftRef, listUpdates, lockDraft, readSnapshot } from '../tables/draft-repository.ts'
import type { ServerTx } from '../tables/server-tables.ts'

/** A draft as stored in the database at `row.seq`. */
export interface LoadedDraft {
  readonly row: DraftHead
  readonly ydoc: Y.Doc
}

/** @throws {@link TenonError} `WORKFLOW_NOT_FOUND` if there is no such draft. */
export async function loadDraft(tx: ServerTx, ref: DraftRef, lock: 'change' | 'read'): Promise<LoadedDraft> {
  const row = await lockDraft(tx, ref, lock)
  if (row === null) throw new TenonError('WORKFLOW_NOT_FOUND', 'No workflow has this id')
  const snapshot = await readSnapshot(tx, ref)
  const updates = await listUpdates(tx, ref, row.snapshot_seq)
  const ydoc = new Y.Doc()
  ydoc.transact(() => {
    Y.applyUpdate(ydoc, snapshot)
    for (const { bytes } of updates) Y.applyUpdate(ydoc, bytes)
  })
  return { row, ydoc }
}
