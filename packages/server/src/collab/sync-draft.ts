import { type Identity, roleAllows, type SyncDraft, type SyncedDraft } from '@tenon/core/api'
import { genesisOf } from '@tenon/core/collab'
import { TenonError } from '@tenon/core/errors'
import { fromBase64, toBase64 } from 'lib0/buffer'
import * as Y from 'yjs'
import type { ServerContext } from '../context.ts'
import { changeDraft } from '../drafts/change-draft.ts'
import { COMPACT_AFTER, compactDraft } from '../drafts/compact-draft.ts'
import { draftTopic } from '../drafts/draft-topic.ts'
import { type LoadedDraft, loadDraft } from '../drafts/load-draft.ts'
import { etagOf } from '../drafts/read-draft-state.ts'
import { maskedCopy } from '../secrets/masked-copy.ts'
import { hasPlainSecrets } from '../secrets/seal-document.ts'
import { openSealing, type Sealing } from '../secrets/sealing.ts'
import { bindClients, type DraftRef, SERVER_USER } from '../tables/draft-repository.ts'
import { insertSecrets } from '../tables/secret-repository.ts'
import type { ServerTx } from '../tables/server-tables.ts'
import { frameInvalid } from './frames.ts'
import { inspectUpdate } from './guard-update.ts'
import { encodeStateFor, isOfAnotherLife } from './state-vector.ts'

/**
 * Exchanges updates with a draft in one request, under the rules of the collaboration socket: the same guard judges the
 * update, it is stored before the answer is given, and the open rooms of all processes hear of it.
 *
 * @throws {@link TenonError} `COLLAB_FRAME_INVALID` for bytes that no client may send, `FORBIDDEN` for a change by a
 * role that only reads, `DRAFT_REPLACED` for a copy of an earlier draft, `VALUE_TOO_LARGE` when the draft is full,
 * `QUOTA_EXCEEDED` when the tenant has too many secrets.
 */
export async function syncDraft(
  server: ServerContext,
  ref: DraftRef,
  identity: Identity,
  body: SyncDraft,
): Promise<SyncedDraft> {
  const answer = await exchange(server, ref, identity, body)
  if (answer !== null) return answer
  await changeDraft(server, ref, { userId: identity.userId, displayName: '' }, { operations: [] })
  const sealed = await exchange(server, ref, identity, body)
  if (sealed === null) throw new TenonError('UNAVAILABLE', 'The draft changed while its secrets were encrypted')
  return sealed
}

/** @returns Null when the draft holds values in secret params, as drafts of earlier releases do: a writer would get them. */
async function exchange(
  server: ServerContext,
  ref: DraftRef,
  identity: Identity,
  { stateVector, update }: SyncDraft,
): Promise<SyncedDraft | null> {
  const known = fromBase64(stateVector)
  // Before the transaction: the key provider may be a service across the network.
  const sealing = update === undefined ? null : await openSealing(server, ref, identity)
  const canWrite = roleAllows(identity.role, 'workflow:write')
  const done = await server.database.withTenant(ref.tenantId, async (tx) => {
    const draft = await loadDraft(tx, ref, update === undefined ? 'read' : 'change')
    if (isOfAnotherLife(known, genesisOf(draft.ydoc))) throw draftReplaced()
    if (canWrite && hasPlainSecrets(draft.ydoc, server.secretFields)) return null
    const outcome =
      update === undefined || sealing === null
        ? { saved: true, seq: null }
        : await takeUpdate(server, tx, {
            ref,
            identity,
            draft,
            update: fromBase64(update),
            sealing,
          })
    const shown = canWrite ? draft.ydoc : maskedCopy(draft.ydoc, server.registry.manifest)
    return {
      answer: {
        update: toBase64(encodeStateFor(shown, known)),
        stateVector: toBase64(Y.encodeStateVector(draft.ydoc)),
        saved: outcome.saved,
        etag: etagOf(outcome.seq ?? draft.row.seq),
      },
      stored: outcome.seq === null ? null : { seq: outcome.seq, draft },
    }
  })
  if (done === null) return null
  if (done.stored !== null) await announce(server, ref, done.stored)
  return done.answer
}

interface Taking {
  readonly ref: DraftRef
  readonly identity: Identity
  readonly draft: LoadedDraft
  readonly update: Uint8Array
  readonly sealing: Sealing
}

/** Judges, binds, applies and appends one update. @returns `seq` is null when nothing was new. */
async function takeUpdate(
  server: ServerContext,
  tx: ServerTx,
  { ref, identity, draft: { row, ydoc }, update, sealing }: Taking,
): Promise<{ readonly saved: boolean; readonly seq: number | null }> {
  const verdict = inspectUpdate(ydoc, update)
  if (verdict.kind !== 'change') return { saved: verdict.kind === 'nothing', seq: null }
  const { userId, role } = identity
  if (!roleAllows(role, 'workflow:write')) {
    throw new TenonError('FORBIDDEN', `The role ${role} may not change a draft`, {
      details: { permission: 'workflow:write' },
    })
  }
  const owners = await bindClients(tx, ref, verdict.clientIds, userId)
  if (verdict.clientIds.some((clientId) => owners.get(clientId) !== userId)) {
    throw frameInvalid('The client id belongs to another user')
  }
  const before = Y.encodeStateVector(ydoc)
  Y.applyUpdate(ydoc, update)
  const rows = sealing(ydoc)
  if (rows !== null) {
    await insertSecrets(tx, rows, server.limits.secretsPerTenant)
    await bindClients(tx, ref, [ydoc.clientID], SERVER_USER)
  }
  const bytes = rows === null ? update : Y.encodeStateAsUpdate(ydoc, before)
  const append = { updates: [{ bytes, userId }], seq: row.seq, at: server.now() }
  return { saved: true, seq: (await server.draftAppender.appendIn(tx, ref, append)).seq }
}

async function announce(
  server: ServerContext,
  ref: DraftRef,
  { seq, draft: { row, ydoc } }: { readonly seq: number; readonly draft: LoadedDraft },
): Promise<void> {
  server.bus.publish(draftTopic(ref.tenantId, ref.workflowId), { seq })
  if (seq - row.snapshot_seq < COMPACT_AFTER) return
  const snapshot = Y.encodeStateAsUpdate(ydoc)
  await server.database.withTenant(ref.tenantId, (tx) => compactDraft(tx, ref, { seq, snapshot }))
}

function draftReplaced(): TenonError {
  return new TenonError('DRAFT_REPLACED', 'The draft was replaced. Reload to continue.')
}
