import { TenonError } from '@tenon/core/errors'
import * as Y from 'yjs'
import { type DraftPlace, listUpdates, lockDraft } from '../tables/draft-repository.ts'
import type { DraftRow, ServerTx } from '../tables/server-tables.ts'

/** A draft as it stands in the database at `row.seq`. */
export interface LoadedDraft {
  readonly row: DraftRow
  readonly ydoc: Y.Doc
}

/** @throws {@link TenonError} `WORKFLOW_NOT_FOUND` if there is no such draft. */
export async function loadDraft(tx: ServerTx, place: DraftPlace, lock: 'change' | 'read'): Promise<LoadedDraft> {
  const row = await lockDraft(tx, place, lock)
  if (row === null) throw new TenonError('WORKFLOW_NOT_FOUND', 'No workflow has this id')
  const updates = await listUpdates(tx, place, row.snapshot_seq)
  const ydoc = new Y.Doc()
  ydoc.transact(() => {
    Y.applyUpdate(ydoc, row.snapshot)
    for (const { bytes } of updates) Y.applyUpdate(ydoc, bytes)
  })
  return { row, ydoc }
}
