import type { Identity } from '@tenon/core/api'
import { CLOSE_CODES, genesisOf } from '@tenon/core/collab'
import { TenonError } from '@tenon/core/errors'
import type { BusMessage } from '@tenon/runtime'
import * as Y from 'yjs'
import type { ServerContext } from '../context.ts'
import { draftTopic } from '../drafts/draft-topic.ts'
import { closeCodeOf, closeReasonOf } from '../sockets/close-error.ts'
import { type ServerSocket, TENON_PROTOCOL } from '../sockets/server-socket.ts'
import type { DraftPlace } from '../tables/draft-repository.ts'
import { createDraftLog } from './draft-log.ts'
import { encodeSaved, encodeSyncStep1, encodeSyncStep2, encodeUpdate, frameInvalid } from './frames.ts'
import { inspectUpdate } from './guard-update.ts'
import { createPresenceBoard, type PresenceBoard } from './presence-board.ts'
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
  receiveUpdate(member: Member, update: Uint8Array): Promise<void>
  /** Resolves when all that was received is stored. */
  close(code: number, reason: string): Promise<void>
  readonly size: number
}

/** Bytes that may wait for one slow member. */
const MAX_BUFFERED_BYTES = 16_777_216
/** Updates whose forerunners are still on their way, per member. */
const MAX_WAITING = 32
const COMPACT_ON_CLOSE = 20

interface Waiting {
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
  })
  let waiting: Waiting[] = []
  let closed: Promise<void> | null = null

  const unsubscribe = server.bus.subscribe(draftTopic(place.tenantId, place.workflowId), onHint)

  function onHint(message: BusMessage): void {
    if (message.deleted === true) void close(CLOSE_CODES.notFound, 'The workflow was deleted')
    else if (typeof message.seq === 'number' && message.seq > log.seq) queue.add(catchUp).catch(reset)
  }

  async function catchUp(): Promise<void> {
    applyForeign(await log.catchUp())
    await retryWaiting()
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

  /** @returns Whether the update is done with; false if it has to wait for another one. */
  async function takeUpdate(member: Member, update: Uint8Array): Promise<boolean> {
    const verdict = inspectUpdate(ydoc, update)
    if (verdict.kind === 'missing') return false
    if (verdict.kind === 'nothing') {
      sendSaved(member)
      return true
    }
    if (!member.canWrite) throw new TenonError('FORBIDDEN', 'Viewers cannot change a draft')
    await log.claimClients(verdict.clientIds, member.identity.userId)
    const missed = await log.append(update, member.identity.userId)
    applyForeign(missed)
    Y.applyUpdate(ydoc, update)
    broadcast(encodeUpdate(update), member)
    sendSaved(member)
    await log.compact(ydoc)
    return true
  }

  async function retryWaiting(): Promise<void> {
    for (let hasProgress = true; hasProgress && waiting.length > 0; ) {
      const round = waiting
      waiting = []
      for (const entry of round) {
        const isDone = !members.has(entry.member) || (await takeSafely(entry.member, entry.update))
        if (!isDone) waiting.push(entry)
      }
      hasProgress = waiting.length < round.length
    }
  }

  /** Refuses one member's update without harm to the others. */
  async function takeSafely(member: Member, update: Uint8Array): Promise<boolean> {
    try {
      return await takeUpdate(member, update)
    } catch (error) {
      expel(member, error)
      return true
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
    receiveUpdate: (member, update) =>
      queue.add(async () => {
        if (!members.has(member)) return
        if (await takeSafely(member, update)) return retryWaiting()
        if (waiting.filter((entry) => entry.member === member).length >= MAX_WAITING) {
          expel(member, frameInvalid('Too many updates build on something that never came'))
          return
        }
        waiting.push({ member, update })
      }),
    close,
  }
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
