import type { Identity } from '@tenon/core/api'
import { CLOSE_CODES, DRAFT_LIMITS } from '@tenon/core/collab'
import type { UserId } from '@tenon/core/document'
import { TenonError, type TenonErrorCode } from '@tenon/core/errors'
import * as Y from 'yjs'
import type { Sealing } from '../secrets/sealing.ts'
import { type DraftUpdate, draftFull } from '../tables/draft-appender.ts'
import { SERVER_USER } from '../tables/draft-repository.ts'
import type { DraftLog } from './draft-log.ts'
import { frameInvalid } from './frames.ts'
import { inspectUpdate, type UpdateVerdict } from './guard-update.ts'
import type { Member } from './member.ts'

/** Document of a room: checks, applies and stores updates. */
export interface RoomDocument {
  readonly ydoc: Y.Doc
  /** Applies what others have stored. */
  catchUp(): Promise<void>
  /** Keeps an update for the next round. @returns True if it is the first of the round. */
  receive(member: Member, update: Uint8Array): boolean
  /**
   * Stores all updates that arrived since the last round, in one transaction. They are applied here first, so that
   * each is checked with those before it applied; no other member sees any of it before it is stored. When it throws, the
   * document may hold what is not stored.
   */
  storeReceived(): Promise<void>
  /** Encrypts values that a stored draft holds in secret params, as drafts from before secrets were stored apart do. */
  sealStored(): Promise<void>
  /** Number of updates of a member that are stored, including those without a change. */
  storedCount(member: Member): number
}

export interface RoomDocumentDeps {
  readonly isMember: (member: Member) => boolean
  /** Sends a stored update to every member but its sender. */
  readonly broadcast: (update: Uint8Array, except: Member | null) => void
  /** Called when all that a member sent up to now is stored. */
  readonly onStored: (member: Member) => void
  readonly expel: (member: Member, error: unknown) => void
  /** Prepares the encryption of values that a user writes into secret params. */
  readonly openSealing: (author: Pick<Identity, 'displayName'>) => Promise<Sealing>
}

/** Updates of one member that depend on updates not received yet. */
const MAX_WAITING = 32
/** Bytes of one member that may wait for the next round. */
const MAX_RECEIVED_BYTES = DRAFT_LIMITS.updateBytes * 4

/** Author of a value found in a stored draft: unknown. */
const UNKNOWN_AUTHOR = { userId: SERVER_USER, displayName: '' }

interface Received {
  readonly member: Member
  readonly update: Uint8Array
}

/** Codes for values of secret params that this server cannot store, or that exceed the quota of the tenant. */
const SECRETS_REFUSED: readonly TenonErrorCode[] = ['QUOTA_EXCEEDED', 'KEY_PROVIDER_REQUIRED']

export function createRoomDocument(log: DraftLog, deps: RoomDocumentDeps): RoomDocument {
  const { isMember, broadcast, onStored, expel, openSealing } = deps
  const ydoc = new Y.Doc()
  const counts = new WeakMap<Member, number>()
  let received: Received[] = []
  let waiting: Received[] = []

  function applyForeign(updates: readonly Uint8Array[]): void {
    for (const update of updates) {
      Y.applyUpdate(ydoc, update)
      broadcast(update, null)
    }
  }

  async function storeReceived(): Promise<void> {
    const round = [...waiting, ...received]
    received = []
    waiting = []
    const before = Y.encodeStateVector(ydoc)
    const accepted: Received[] = []
    const senders: Member[] = []
    for (let left = round, isStuck = false; left.length > 0 && !isStuck; ) {
      const missing: Received[] = []
      for (const entry of left) {
        const kind = await check(entry)
        if (kind === 'missing') missing.push(entry)
        else if (kind !== 'refused') senders.push(entry.member)
        if (kind === 'change') accepted.push(entry)
      }
      isStuck = missing.length === left.length
      left = missing
      if (isStuck) wait(missing)
    }
    if (accepted.length > 0) await store(accepted, before)
    for (const member of senders) counts.set(member, storedCount(member) + 1)
    for (const member of new Set(senders)) onStored(member)
  }

  /** Checks one update and applies it; the sender of a refused one is disconnected. */
  async function check({ member, update }: Received): Promise<UpdateVerdict['kind'] | 'refused'> {
    if (!isMember(member)) return 'refused'
    try {
      const verdict = inspectUpdate(ydoc, update)
      if (verdict.kind !== 'change') return verdict.kind
      if (!member.canWrite) throw new TenonError('FORBIDDEN', 'Viewers cannot change a draft')
      if (!log.hasRoomFor(update.byteLength)) throw draftFull()
      await log.claimClients(verdict.clientIds, member.identity.userId)
    } catch (error) {
      expel(member, error)
      return 'refused'
    }
    // Outside of the try: an update that fails here may have been applied in part, which affects every member.
    Y.applyUpdate(ydoc, update)
    return 'change'
  }

  async function store(accepted: readonly Received[], before: Uint8Array): Promise<void> {
    const author = accepted.at(-1)?.member.identity ?? UNKNOWN_AUTHOR
    const isSealed = await seal(author, before).catch((error: unknown) => {
      if (!(error instanceof TenonError) || !SECRETS_REFUSED.includes(error.code)) throw error
      // Final for those who sent values; the other members load the draft again and continue.
      for (const member of new Set(accepted.map((entry) => entry.member))) expel(member, error)
      throw new TenonError('UNAVAILABLE', 'Reload the draft: an update of another member was refused', { cause: error })
    })
    if (isSealed) {
      await log.compact(ydoc)
      return
    }
    applyForeign(await log.append(mergeByUser(accepted)))
    for (const { member, update } of accepted) broadcast(update, member)
    await log.compact(ydoc)
  }

  /**
   * Replaces values in secret params by markers, and stores what has changed since `before` as one update without them.
   *
   * @returns True if there were any.
   */
  async function seal(
    author: Pick<Identity, 'userId' | 'displayName'>,
    before: Uint8Array,
    mostSecrets?: number,
  ): Promise<boolean> {
    const rows = (await openSealing(author))(ydoc)
    if (rows === null) return false
    await log.claimClients([ydoc.clientID], SERVER_USER)
    const bytes = Y.encodeStateAsUpdate(ydoc, before)
    applyForeign(await log.append([{ bytes, userId: author.userId }], rows, mostSecrets))
    // To the author as well, whose copy still has the value.
    broadcast(bytes, null)
    return true
  }

  /** Keeps what builds on something that is still on its way, for a while. */
  function wait(missing: readonly Received[]): void {
    for (const entry of missing) {
      if (waiting.filter((other) => other.member === entry.member).length < MAX_WAITING) waiting.push(entry)
      else expel(entry.member, frameInvalid('Too many updates build on something that never came'))
    }
  }

  function storedCount(member: Member): number {
    return counts.get(member) ?? 0
  }

  return {
    ydoc,
    async catchUp() {
      applyForeign(await log.catchUp())
      if (waiting.length > 0) await storeReceived()
    },
    receive(member, update) {
      const bytes = received.reduce((sum, entry) => (entry.member === member ? sum + entry.update.byteLength : sum), 0)
      if (bytes + update.byteLength > MAX_RECEIVED_BYTES) {
        member.socket.close(CLOSE_CODES.rateLimited, 'Too many changes are waiting to be stored')
        return false
      }
      return received.push({ member, update }) === 1
    },
    storeReceived,
    async sealStored() {
      // A snapshot replaces the updates that hold the values.
      const most = Number.POSITIVE_INFINITY
      if (await seal(UNKNOWN_AUTHOR, Y.encodeStateVector(ydoc), most)) await log.compact(ydoc, 0)
    },
    storedCount,
  }
}

/** One update for each stretch of one user's, in order. */
function mergeByUser(accepted: readonly Received[]): readonly DraftUpdate[] {
  const stretches: { readonly userId: UserId; readonly updates: Uint8Array[] }[] = []
  for (const { member, update } of accepted) {
    const { userId } = member.identity
    const last = stretches.at(-1)
    if (last?.userId === userId) last.updates.push(update)
    else stretches.push({ userId, updates: [update] })
  }
  return stretches.map(({ userId, updates: [first, ...more] }) => ({
    userId,
    bytes: more.length === 0 ? (first as Uint8Array) : Y.mergeUpdates([first as Uint8Array, ...more]),
  }))
}
