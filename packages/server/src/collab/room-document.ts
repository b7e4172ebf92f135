import type { Identity } from '@tenon/core/api'
import { CLOSE_CODES, DRAFT_LIMITS } from '@tenon/core/collab'
import type { UserId } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import * as Y from 'yjs'
import { type Append, draftFull } from '../drafts/append-update.ts'
import type { Sealing } from '../secrets/sealing.ts'
import { SERVER_USER } from '../tables/draft-repository.ts'
import type { DraftLog } from './draft-log.ts'
import { frameInvalid } from './frames.ts'
import { inspectUpdate, type UpdateVerdict } from './guard-update.ts'
import type { Member } from './member.ts'

/** The document of a room: how updates are judged, applied and stored. */
export interface RoomDocument {
  readonly ydoc: Y.Doc
  /** Applies what others have stored. */
  catchUp(): Promise<void>
  /** Keeps an update for the next round. @returns Whether it is the first one there. */
  receive(member: Member, update: Uint8Array): boolean
  /**
   * Takes all updates that have come in since the last round, in one transaction. They are applied here first, so that
   * each is judged with those before it in place; nobody sees any of it before it is stored. When it throws, the
   * document may hold what is not stored.
   */
  takeReceived(): Promise<void>
  /** Encrypts values that a stored draft holds in secret params, as drafts from before secrets were stored apart do. */
  sealStored(): Promise<void>
  /** How many updates of a member are stored by now, those counted that brought nothing new. */
  takenFrom(member: Member): number
}

export interface RoomDocumentPorts {
  readonly isMember: (member: Member) => boolean
  /** Tells everybody but one of an update that is stored. */
  readonly broadcast: (update: Uint8Array, except: Member | null) => void
  /** Called when all that a member sent up to now is stored. */
  readonly onTaken: (member: Member) => void
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

export function createRoomDocument(log: DraftLog, ports: RoomDocumentPorts): RoomDocument {
  const { isMember, broadcast, onTaken, expel, openSealing } = ports
  const ydoc = new Y.Doc()
  const taken = new WeakMap<Member, number>()
  let received: Received[] = []
  let waiting: Received[] = []

  function applyForeign(updates: readonly Uint8Array[]): void {
    for (const update of updates) {
      Y.applyUpdate(ydoc, update)
      broadcast(update, null)
    }
  }

  async function takeReceived(): Promise<void> {
    const round = [...waiting, ...received]
    received = []
    waiting = []
    const before = Y.encodeStateVector(ydoc)
    const accepted: Received[] = []
    const settled: Member[] = []
    for (let left = round, isStuck = false; left.length > 0 && !isStuck; ) {
      const missing: Received[] = []
      for (const entry of left) {
        const kind = await judge(entry)
        if (kind === 'missing') missing.push(entry)
        else if (kind !== 'refused') settled.push(entry.member)
        if (kind === 'change') accepted.push(entry)
      }
      isStuck = missing.length === left.length
      left = missing
      if (isStuck) wait(missing)
    }
    if (accepted.length > 0) await store(accepted, before)
    for (const member of settled) taken.set(member, takenFrom(member) + 1)
    for (const member of new Set(settled)) onTaken(member)
  }

  /** Judges one update and applies it if it may be; one that may not be costs its sender the socket. */
  async function judge({ member, update }: Received): Promise<UpdateVerdict['kind'] | 'refused'> {
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
    // Outside: what fails here may have changed half of the document, which concerns everybody.
    Y.applyUpdate(ydoc, update)
    return 'change'
  }

  async function store(accepted: readonly Received[], before: Uint8Array): Promise<void> {
    const author = accepted.at(-1)?.member.identity ?? UNKNOWN_AUTHOR
    if (await seal(author, before)) {
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
   * @returns Whether there were any.
   */
  async function seal(author: Pick<Identity, 'userId' | 'displayName'>, before: Uint8Array): Promise<boolean> {
    const rows = (await openSealing(author))(ydoc)
    if (rows === null) return false
    await log.claimClients([ydoc.clientID], SERVER_USER)
    const bytes = Y.encodeStateAsUpdate(ydoc, before)
    applyForeign(await log.append([{ bytes, userId: author.userId }], rows))
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

  function takenFrom(member: Member): number {
    return taken.get(member) ?? 0
  }

  return {
    ydoc,
    async catchUp() {
      applyForeign(await log.catchUp())
      if (waiting.length > 0) await takeReceived()
    },
    receive(member, update) {
      const bytes = received.reduce((sum, entry) => (entry.member === member ? sum + entry.update.byteLength : sum), 0)
      if (bytes + update.byteLength > MAX_RECEIVED_BYTES) {
        member.socket.close(CLOSE_CODES.rateLimited, 'Too many changes wait to be stored')
        return false
      }
      return received.push({ member, update }) === 1
    },
    takeReceived,
    async sealStored() {
      // A snapshot replaces the updates that hold the values.
      if (await seal(UNKNOWN_AUTHOR, Y.encodeStateVector(ydoc))) await log.compact(ydoc, 0)
    },
    takenFrom,
  }
}

/** One update for each stretch of one user's, in order. */
function mergeByUser(accepted: readonly Received[]): readonly Append[] {
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
