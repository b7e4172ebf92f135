import type { Identity } from '@tenon/core/api'
import { CLOSE_CODES, genesisOf } from '@tenon/core/collab'
import { TenonError } from '@tenon/core/errors'
import type { BusMessage } from '@tenon/runtime'
import * as Y from 'yjs'
import type { ServerContext } from '../context.ts'
import { type Append, draftFull } from '../drafts/append-update.ts'
import { draftTopic } from '../drafts/draft-topic.ts'
import { closeCodeOf, closeReasonOf } from '../sockets/close-error.ts'
import { type ServerSocket, TENON_PROTOCOL } from '../sockets/server-socket.ts'
import type { DraftPlace } from '../tables/draft-repository.ts'
import { createDraftLog } from './draft-log.ts'
import { encodeSaved, encodeSyncStep1, encodeSyncStep2, encodeUpdate, frameInvalid } from './frames.ts'
import { inspectUpdate, type UpdateVerdict } from './guard-update.ts'
import { createPresenceBoard, type PresenceBoard } from './presence-board.ts'
import { createPresenceRelay } from './presence-relay.ts'
import { createSerialQueue } from './serial-queue.ts'

/** One socket in a room. */
export interface Member {
  readonly identity: Identity
  readonly socket: ServerSocket
  readonly canWrite: boolean
}

/** A draft that is open in this process, with everybody who has it open here. */
export interface Room {
  readonly presence: PresenceBoard
  join(member: Member): Promise<void>
  leave(member: Member): void
  answerSync(member: Member, stateVector: Uint8Array): Promise<void>
  receiveUpdate(member: Member, update: Uint8Array): void
  /** Resolves when all that was received is stored. */
  close(code: number, reason: string): Promise<void>
  readonly size: number
}

/** Bytes that may wait for one slow member. */
const MAX_BUFFERED_BYTES = 16_777_216
/** Updates whose forerunners are still on their way, per member. */
const MAX_WAITING = 32
const COMPACT_ON_CLOSE = 20
const PATROL_MS = 10_000

interface Received {
  readonly member: Member
  readonly update: Uint8Array
}

/**
 * Opens a room. All that touches the document goes through one queue, so that an update is stored before anybody else
 * sees it and before a state vector that has it in it is answered.
 *
 * @param onClosing - Called once, when the last member has left or the room is closed; nobody may join from then on.
 */
export function createRoom(server: ServerContext, place: DraftPlace, onClosing: (done: Promise<void>) => void): Room {
  const ydoc = new Y.Doc()
  const log = createDraftLog(server, place)
  const queue = createSerialQueue()
  const members = new Set<Member>()
  const presence = createPresenceBoard({
    claim: (clientId, identity) => queue.add(() => log.claimClients([clientId], identity.userId)),
    send: (frame, except) => broadcast(frame, except),
    announce: (entry) => relay.announce(entry),
  })
  const relay = createPresenceRelay(server.bus, place, {
    onEntry: (entry) => presence.receiveRemote([entry]),
    onAsked: () => {
      for (const entry of presence.ownEntries()) relay.announce(entry)
    },
  })
  let received: Received[] = []
  let waiting: Received[] = []
  let closed: Promise<void> | null = null

  const unsubscribe = server.bus.subscribe(draftTopic(place.tenantId, place.workflowId), onHint)
  // The bus may lose a hint; nobody waits longer than this for what another process has stored.
  const patrol = setInterval(() => queue.add(catchUp).catch(reset), PATROL_MS)
  relay.ask()

  function onHint(message: BusMessage): void {
    if (message.deleted === true) void close(CLOSE_CODES.notFound, 'The workflow was deleted')
    else if (typeof message.seq === 'number' && message.seq > log.seq) queue.add(catchUp).catch(reset)
  }

  async function catchUp(): Promise<void> {
    applyForeign(await log.catchUp())
    if (waiting.length > 0) await takeReceived()
  }

  function applyForeign(updates: readonly Uint8Array[]): void {
    for (const update of updates) {
      Y.applyUpdate(ydoc, update)
      broadcast(encodeUpdate(update), null)
    }
  }

  function broadcast(frame: Uint8Array, except: Member | null): void {
    for (const member of members) {
      if (member !== except) send(member, frame)
    }
  }

  function send({ socket }: Member, frame: Uint8Array): void {
    if (socket.bufferedAmount > MAX_BUFFERED_BYTES) socket.close(CLOSE_CODES.rateLimited, 'Too slow')
    else socket.send(frame)
  }

  function sendSaved(member: Member): void {
    if (member.socket.protocol === TENON_PROTOCOL) send(member, encodeSaved(Y.encodeStateVector(ydoc)))
  }

  /** The document here and the stored one may differ: everybody reconnects and loads it again. */
  function reset(thrown: unknown): void {
    server.log('error', 'A draft could not be stored', { workflowId: place.workflowId, error: String(thrown) })
    void close(closeCodeOf(thrown), closeReasonOf(thrown))
  }

  /**
   * Takes all updates that have come in since the last round, in one transaction. They are applied here first, so that
   * each is judged with those before it in place; nobody sees any of it before it is stored.
   */
  async function takeReceived(): Promise<void> {
    const round = [...waiting, ...received]
    received = []
    waiting = []
    const accepted: Received[] = []
    const unchanged = new Set<Member>()
    for (let left = round, isStuck = false; left.length > 0 && !isStuck; ) {
      const missing: Received[] = []
      for (const entry of left) {
        const kind = await judge(entry)
        if (kind === 'missing') missing.push(entry)
        else if (kind === 'nothing') unchanged.add(entry.member)
        else if (kind === 'change') accepted.push(entry)
      }
      isStuck = missing.length === left.length
      left = missing
      if (isStuck) wait(missing)
    }
    if (accepted.length > 0) await store(accepted)
    for (const member of new Set([...unchanged, ...accepted.map((entry) => entry.member)])) sendSaved(member)
  }

  /** Judges one update and applies it if it may be; one that may not be costs its sender the socket. */
  async function judge({ member, update }: Received): Promise<UpdateVerdict['kind'] | 'refused'> {
    if (!members.has(member)) return 'refused'
    try {
      const verdict = inspectUpdate(ydoc, update)
      if (verdict.kind !== 'change') return verdict.kind
      if (!member.canWrite) throw new TenonError('FORBIDDEN', 'Viewers cannot change a draft')
      if (!log.hasRoomFor(update.byteLength)) throw draftFull()
      await log.claimClients(verdict.clientIds, member.identity.userId)
      Y.applyUpdate(ydoc, update)
      return 'change'
    } catch (error) {
      expel(member, error)
      return 'refused'
    }
  }

  async function store(accepted: readonly Received[]): Promise<void> {
    const missed = await log.append(mergeByUser(accepted))
    applyForeign(missed)
    for (const { member, update } of accepted) broadcast(encodeUpdate(update), member)
    await log.compact(ydoc)
  }

  /** Keeps what builds on something that is still on its way, for a while. */
  function wait(missing: readonly Received[]): void {
    for (const entry of missing) {
      if (waiting.filter((other) => other.member === entry.member).length < MAX_WAITING) waiting.push(entry)
      else expel(entry.member, frameInvalid('Too many updates build on something that never came'))
    }
  }

  function expel(member: Member, error: unknown): void {
    if (!(error instanceof TenonError)) reset(error)
    member.socket.close(closeCodeOf(error), closeReasonOf(error))
    leave(member)
  }

  function leave(member: Member): void {
    if (!members.delete(member)) return
    presence.leave(member)
    if (members.size === 0) void close(1000, '')
  }

  function close(code: number, reason: string): Promise<void> {
    if (closed === null) {
      unsubscribe()
      relay.close()
      clearInterval(patrol)
      closed = shut(code, reason)
      onClosing(closed)
    }
    return closed
  }

  async function shut(code: number, reason: string): Promise<void> {
    await queue.idle()
    for (const { socket } of members) socket.close(code, reason)
    members.clear()
    presence.close()
    await log.compact(ydoc, COMPACT_ON_CLOSE).catch(() => undefined)
    ydoc.destroy()
  }

  return {
    presence,
    get size() {
      return members.size
    },
    async join(member) {
      // A place in the room is taken at once, so that it is not closed while the document loads.
      members.add(member)
      await queue.add(async () => {
        // What any client can know of others is stored; with all of it here, no client sends us a stranger's words.
        await catchUp()
        if (member.canWrite) send(member, encodeSyncStep1(Y.encodeStateVector(ydoc)))
        presence.greet(member)
      })
    },
    leave,
    answerSync: (member, stateVector) =>
      queue.add(async () => {
        if (isOfAnotherLife(stateVector, genesisOf(ydoc))) {
          member.socket.close(CLOSE_CODES.rebased, 'The draft has begun a new life')
          leave(member)
          return
        }
        send(member, encodeSyncStep2(encodeStateFor(ydoc, stateVector)))
        sendSaved(member)
      }),
    receiveUpdate(member, update) {
      received.push({ member, update })
      // What comes in while a round is being stored goes into the next one together.
      if (received.length === 1) queue.add(takeReceived).catch(reset)
    },
    close,
  }
}

/** One update for each stretch of one user's, in order. */
function mergeByUser(accepted: readonly Received[]): readonly Append[] {
  const stretches: { readonly userId: string; readonly updates: Uint8Array[] }[] = []
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

/** A client that has something, but not what every copy of this draft began with, has another document. */
function isOfAnotherLife(stateVector: Uint8Array, genesis: number | null): boolean {
  const state = decodeStateVector(stateVector)
  return state.size > 0 && genesis !== null && !state.has(genesis)
}

function decodeStateVector(stateVector: Uint8Array): ReadonlyMap<number, number> {
  try {
    return Y.decodeStateVector(stateVector)
  } catch (cause) {
    throw frameInvalid('The state vector cannot be read', cause)
  }
}

function encodeStateFor(ydoc: Y.Doc, stateVector: Uint8Array): Uint8Array {
  try {
    return Y.encodeStateAsUpdate(ydoc, stateVector)
  } catch (cause) {
    throw frameInvalid('The state vector cannot be answered', cause)
  }
}
