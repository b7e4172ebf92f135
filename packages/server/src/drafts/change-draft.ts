import type { Identity } from '@tenon/core/api'
import { applyOperationsToDraft, diffDocuments, readDraft } from '@tenon/core/collab'
import { behaviorHash, type DocumentOperation, type UserId, type WorkflowDocument } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import * as Y from 'yjs'
import type { ServerContext } from '../context.ts'
import { hasPlainSecrets } from '../secrets/seal-document.ts'
import { openSealing, type Sealing } from '../secrets/sealing.ts'
import { bindClients, type DraftRef, SERVER_USER } from '../tables/draft-repository.ts'
import { insertSecrets } from '../tables/secret-repository.ts'
import type { ServerTx } from '../tables/server-tables.ts'
import { COMPACT_AFTER, compactDraft } from './compact-draft.ts'
import { draftTopic } from './draft-topic.ts'
import { type LoadedDraft, loadDraft } from './load-draft.ts'
import { type DraftState, etagOf } from './read-draft-state.ts'

/** Author of a change to a draft. */
export type DraftAuthor = Pick<Identity, 'userId' | 'displayName'>

/** Change of a draft by a request: operations, or a whole document that replaces the one that was read. */
export type DraftChange =
  | { readonly operations: readonly DocumentOperation[] }
  | { readonly document: WorkflowDocument; readonly etag: string }

/**
 * Changes a draft from outside the collaboration: loads it under a lock, writes the smallest operations that do it
 * under a client id of the server, and notifies the open rooms. Any process can do it at any time.
 *
 * @throws {@link TenonError} `OPERATION_INVALID`, `PRECONDITION_FAILED`, `VALUE_TOO_LARGE`, `QUOTA_EXCEEDED`.
 */
export async function changeDraft(
  server: ServerContext,
  ref: DraftRef,
  author: DraftAuthor,
  change: DraftChange,
): Promise<DraftState> {
  // Before the transaction: the key provider may be a service across the network.
  const sealing = await openSealing(server, ref, author)
  const { state, compaction } = await server.database.withTenant(ref.tenantId, async (tx) => {
    const draft = await loadDraft(tx, ref, 'change')
    if ('etag' in change) checkEtag(change.etag, draft)
    const operations = 'operations' in change ? change.operations : diffTo(draft.ydoc, change.document)
    const at = server.now()
    // Earlier updates hold such a value: a snapshot has to replace them.
    const hadPlain = hasPlainSecrets(draft.ydoc, server.secretFields)
    // Values of an earlier release do not count against the quota: such a draft could not be read otherwise.
    const mostSecrets = hadPlain ? Number.POSITIVE_INFINITY : server.limits.secretsPerTenant
    const writing = { userId: author.userId, at, draft, operations, sealing, mostSecrets }
    const seq = await writeOperations(server, tx, ref, writing)
    const read = readDraft(draft.ydoc)
    const isLong = seq - draft.row.snapshot_seq >= COMPACT_AFTER
    return {
      state: { ...read, seq, updatedAt: seq === draft.row.seq ? draft.row.updated_at : at },
      compaction: isLong || hadPlain ? { seq, snapshot: Y.encodeStateAsUpdate(draft.ydoc) } : null,
    }
  })
  server.bus.publish(draftTopic(ref.tenantId, ref.workflowId), { seq: state.seq })
  if (compaction !== null) await server.database.withTenant(ref.tenantId, (tx) => compactDraft(tx, ref, compaction))
  return state
}

function checkEtag(given: string, { row }: LoadedDraft): void {
  if (given.replace(/^W\//, '') === etagOf(row.seq)) return
  throw new TenonError('PRECONDITION_FAILED', 'The draft has changed since it was read', {
    details: { etag: etagOf(row.seq) },
  })
}

/** The operations that replace the draft: what cannot be read of it goes, too. */
function diffTo(ydoc: Y.Doc, document: WorkflowDocument): readonly DocumentOperation[] {
  const { document: before, losses } = readDraft(ydoc)
  const parts = [...new Set(losses.map(({ part }) => part))]
  return [
    ...parts.map((part) => ({ op: 'drop_unreadable', part, key: null }) as const),
    ...diffDocuments(before, document),
  ]
}

interface Writing {
  readonly userId: UserId
  readonly at: number
  readonly draft: LoadedDraft
  readonly operations: readonly DocumentOperation[]
  readonly sealing: Sealing
  readonly mostSecrets: number
}

async function writeOperations(
  server: ServerContext,
  tx: ServerTx,
  ref: DraftRef,
  { userId, at, draft: { row, ydoc }, operations, sealing, mostSecrets }: Writing,
): Promise<number> {
  const before = Y.encodeStateVector(ydoc)
  let hasChanged = false
  ydoc.on('update', () => {
    hasChanged = true
  })
  // One transaction: what is sealed in it never becomes part of an update.
  const rows = ydoc.transact(() => {
    if (operations.length > 0) applyOperationsToDraft(ydoc, operations, server.textFields)
    return sealing(ydoc)
  })
  if (!hasChanged) return row.seq
  if (rows !== null) await insertSecrets(tx, rows, mostSecrets)
  await bindClients(tx, ref, [ydoc.clientID], SERVER_USER)
  const bytes = Y.encodeStateAsUpdate(ydoc, before)
  const append = {
    updates: [{ bytes, userId }],
    seq: row.seq,
    at,
    behaviorHash: behaviorHash(readDraft(ydoc).document),
  }
  return (await server.draftAppender.appendIn(tx, ref, append)).seq
}
