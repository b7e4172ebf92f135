import { type TextFields, writeDocument } from '@tenon/core/collab'
import { behaviorHash, type WorkflowDocument } from '@tenon/core/document'
import * as Y from 'yjs'
import type { DraftRef } from '../tables/draft-repository.ts'
import { bindClients, insertDraft, SERVER_USER } from '../tables/draft-repository.ts'
import type { ServerTx } from '../tables/server-tables.ts'

/** Makes the draft of a new workflow. Only the server seeds: two clients would each write the whole document. */
export async function seedDraft(
  tx: ServerTx,
  ref: DraftRef,
  seed: { readonly document: WorkflowDocument; readonly textFields: TextFields; readonly at: number },
): Promise<void> {
  const ydoc = new Y.Doc()
  writeDocument(ydoc, seed.document, seed.textFields)
  const snapshot = Y.encodeStateAsUpdate(ydoc)
  const key = { tenant_id: ref.tenantId, workflow_id: ref.workflowId }
  const row = {
    ...key,
    seq: 1,
    snapshot_seq: 1,
    total_bytes: snapshot.byteLength,
    behavior_hash: behaviorHash(seed.document),
    hash_seq: 1,
    updated_at: seed.at,
  }
  await insertDraft(tx, row, { ...key, bytes: snapshot })
  await bindClients(tx, ref, [ydoc.clientID], SERVER_USER)
}
