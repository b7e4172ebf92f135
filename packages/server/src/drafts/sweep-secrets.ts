import { DRAFT_ROOTS, type DraftRoot } from '@tenon/core/collab'
import type * as Y from 'yjs'
import type { DraftRef } from '../tables/draft-repository.ts'
import { deleteUnversionedSecrets, listUnversionedSecrets } from '../tables/secret-repository.ts'
import type { ServerTx } from '../tables/server-tables.ts'
import { loadDraft } from './load-draft.ts'

/** A value is stored before its marker reaches the draft, and an undo may bring a marker back. */
const KEPT_MS = 86_400_000
const SECRET_IDS = /sec_[A-Za-z0-9_-]{22}/g

/**
 * Deletes the secrets of a workflow that neither its draft nor any version refers to and that are older than a day. The
 * draft does not change meanwhile.
 *
 * @param now - Milliseconds since the Unix epoch. @returns Number of deleted secrets.
 * @throws {@link TenonError} `WORKFLOW_NOT_FOUND`.
 */
export async function sweepSecrets(tx: ServerTx, ref: DraftRef, now: number): Promise<number> {
  const before = now - KEPT_MS
  // First without the draft, which costs far more to read.
  if ((await listUnversionedSecrets(tx, ref, before)).length === 0) return 0
  const { ydoc } = await loadDraft(tx, ref, 'change')
  const used = idsIn(ydoc)
  const candidates = await listUnversionedSecrets(tx, ref, before)
  return deleteUnversionedSecrets(
    tx,
    ref,
    candidates.filter((secretId) => !used.has(secretId)),
  )
}

/** Ids anywhere in a draft, also in content that cannot be read as a workflow. */
function idsIn(ydoc: Y.Doc): ReadonlySet<string> {
  const ids = new Set<string>()
  for (const root of Object.keys(DRAFT_ROOTS) as DraftRoot[]) {
    const type = DRAFT_ROOTS[root] === 'map' ? ydoc.getMap(root) : ydoc.getArray(root)
    for (const [id] of JSON.stringify(type.toJSON()).matchAll(SECRET_IDS)) ids.add(id)
  }
  return ids
}
