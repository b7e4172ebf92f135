import { DRAFT_LIMITS } from '@tenon/core/collab'
import type { UserId } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import * as Y from 'yjs'
import type { ServerContext } from '../context.ts'
import { COMPACT_AFTER, compactDraft } from '../drafts/compact-draft.ts'
import { draftTopic } from '../drafts/draft-topic.ts'
import type { DraftUpdate } from '../tables/draft-appender.ts'
import {
  bindClients,
  type DraftHead,
  type DraftRef,
  listUpdates,
  lockDraft,
  readSnapshot,
} from '../tables/draft-repository.ts'
import { insertSecrets } from '../tables/secret-repository.ts'
import type { SecretRow } from '../tables/secret-tables.ts'
import type { ServerTx } from '../tables/server-tables.ts'
import { frameInvalid } from './frames.ts'

/** One stretch of a draft's log that a room has not seen. */
export type Missed = readonly Uint8Array[]

/** A room's way to the stored draft; follows how far the room has read. */
export interface DraftLog {
  readonly seq: number
  /** Checks whether that many more bytes fit. */
  hasRoomFor(bytes: number): boolean
  /**
   * Reads what others have appended. Starts from the snapshot if updates in between have been put into one.
   *
   * @throws {@link TenonError} `WORKFLOW_NOT_FOUND`, also for a deleted workflow.
   */
  catchUp(): Promise<Missed>
  /**
   * Stores updates in one transaction, behind those that others have stored meanwhile; without secrets, in one round trip.
   *
   * @param secrets - Stored in the same transaction.
   * @param mostSecrets - Quota of the tenant. @defaultValue `secretsPerTenant` of the server
   * @returns Updates that others have stored meanwhile.
   * @throws {@link TenonError} `VALUE_TOO_LARGE`, `WORKFLOW_NOT_FOUND` also for a deleted workflow, `QUOTA_EXCEEDED` when
   * the tenant has too many secrets.
   */
  append(updates: readonly DraftUpdate[], secrets?: readonly SecretRow[], mostSecrets?: number): Promise<Missed>
  /** @throws {@link TenonError} `COLLAB_FRAME_INVALID` when one of the ids belongs to another user. */
  claimClients(clientIds: readonly number[], userId: UserId): Promise<void>
  /** Puts the log into one snapshot where that pays. @param after - Updates since the last one. */
  compact(ydoc: Y.Doc, after?: number): Promise<void>
}

export function createDraftLog(server: ServerContext, ref: DraftRef): DraftLog {
  const { tenantId, workflowId } = ref
  // An id never changes hands, so what was found once holds.
  const owners = new Map<number, string>()
  let seq = 0
  let snapshotSeq = 0
  let totalBytes = 0

  async function readMissed(tx: ServerTx, row: DraftHead): Promise<Missed> {
    if (row.seq === seq) return []
    const updates = await listUpdates(tx, ref, Math.max(seq, row.snapshot_seq))
    const bytes = updates.map((update) => update.bytes)
    return seq < row.snapshot_seq ? [await readSnapshot(tx, ref), ...bytes] : bytes
  }

  async function lockOrThrow(tx: ServerTx, lock: 'change' | 'read'): Promise<DraftHead> {
    const row = await lockDraft(tx, ref, lock)
    if (row === null || row.deleted_at !== null) throw new TenonError('WORKFLOW_NOT_FOUND', 'No workflow has this id')
    return row
  }

  return {
    get seq() {
      return seq
    },
    hasRoomFor: (bytes) => totalBytes + bytes <= DRAFT_LIMITS.draftBytes,
    async catchUp() {
      const read = await server.database.withTenant(tenantId, async (tx) => {
        const row = await lockOrThrow(tx, 'read')
        return { row, missed: await readMissed(tx, row) }
      })
      seq = read.row.seq
      snapshotSeq = read.row.snapshot_seq
      totalBytes = read.row.total_bytes
      return read.missed
    },
    async append(updates, secrets = [], mostSecrets = server.limits.secretsPerTenant) {
      const append = { updates, seq, at: server.now() }
      const done =
        secrets.length === 0
          ? await server.draftAppender.append(ref, append)
          : await server.database.withTenant(tenantId, async (tx) => {
              await lockOrThrow(tx, 'change')
              await insertSecrets(tx, secrets, mostSecrets)
              return server.draftAppender.appendIn(tx, ref, append)
            })
      seq = done.seq
      snapshotSeq = done.snapshotSeq
      totalBytes = done.totalBytes
      server.bus.publish(draftTopic(tenantId, workflowId), { seq })
      return done.missed
    },
    async claimClients(clientIds, userId) {
      const unknown = clientIds.filter((clientId) => !owners.has(clientId))
      if (unknown.length > 0) {
        const found = await server.database.withTenant(tenantId, (tx) => bindClients(tx, ref, unknown, userId))
        for (const [clientId, owner] of found) owners.set(clientId, owner)
      }
      if (clientIds.some((clientId) => owners.get(clientId) !== userId)) {
        throw frameInvalid('The client id belongs to another user')
      }
    },
    async compact(ydoc, after = COMPACT_AFTER) {
      if (seq - snapshotSeq < after) return
      const snapshot = Y.encodeStateAsUpdate(ydoc)
      const upTo = seq
      await server.database.withTenant(tenantId, (tx) => compactDraft(tx, ref, { seq: upTo, snapshot }))
      snapshotSeq = upTo
    },
  }
}
