import { CLOSE_CODES, genesisOf } from '@tenon/core/collab'
import { TenonError } from '@tenon/core/errors'
import type { BusMessage } from '@tenon/runtime'
import * as Y from 'yjs'
import { closeCodeOf, closeReasonOf } from '../connections/close-error.ts'
import { TENON_PROTOCOL } from '../connections/server-socket.ts'
import type { ServerContext } from '../context.ts'
import { draftTopic } from '../drafts/draft-topic.ts'
import { reasonOf } from '../log/reason-of.ts'
import { maskedCopy } from '../secrets/masked-copy.ts'
import { openSealing } from '../secrets/sealing.ts'
import { auditRefused } from '../tables/audit-refused.ts'
import type { DraftRef } from '../tables/draft-repository.ts'
import { createDraftLog } from './draft-log.ts'
import { encodeAwareness, encodeSaved, encodeSyncStep1, encodeSyncStep2, encodeUpdate } from './frames.ts'
import type { Member } from './member.ts'
import { createPresenceBoard, type PresenceBoard } from './presence-board.ts'
import { createPresenceRelay } from './presence-relay.ts'
import { createRoomDocument } from './room-document.ts'
import { encodeStateFor, isOfAnotherLife } from './state-vector.ts'

/** A draft that is open in this process, with its members here. */
export interface Room {
  readonly presence: PresenceBoard
  join(member: Member): Promise<void>
  leave(member: Member): void
  answerSync(member: Member, stateVector: Uint8Array): Promise<void>
  receiveUpdate(member: Member, update: Uint8Array): void
  /** Resolves when all that was received is stored. */
  close(code: number, reason: string): Promise<void>
}

/** Bytes that may wait for one slow member. */
const MAX_BUFFERED_BYTES = 16_777_216
const COMPACT_ON_CLOSE = 20
const PATROL_MS = 10_000
/** Presence of no client. A stock provider takes a connection that is silent for 30 s for a lost one. */
const HEARTBEAT = encodeAwareness([])
/** Changes within this time go to readers as one. */
const READERS_MS = 50

/**
 * Opens a room. All that touches the document goes through one queue, so that an update is stored before any other member
 * sees it and before a state vector that has it in it is answered.
 *
 * @param onClosing - Called once, when the last member has left or the room is closed; no member can join after that.
 */
export function createRoom(server: ServerContext, ref: DraftRef, onClosing: (done: Promise<void>) => void): Room {
  const log = createDraftLog(server, ref)
  const queue = createSerialQueue()
  const members = new Set<Member>()
  const presence = createPresenceBoard({
    isMember: (member) => members.has(member),
    claim: (clientId, identity) => queue.add(() => log.claimClients([clientId], identity.userId)),
    send: (frame, except) => broadcast(frame, except),
    announce: (entry) => relay.announce(entry),
    now: server.now,
  })
  const relay = createPresenceRelay(server.bus, ref, {
    onEntry: (entry) => presence.receiveRemote([entry]),
    onAsked: () => {
      for (const entry of presence.ownEntries()) relay.announce(entry)
    },
  })
  const document = createRoomDocument(log, {
    isMember: (member) => members.has(member),
    broadcast: broadcastUpdate,
    onStored: sendSaved,
    expel,
    openSealing: (author) => openSealing(server, ref, author),
  })
  const { ydoc } = document
  let isBroken = false
  /** State that all readers have been sent. */
  let shownState = Y.encodeStateVector(new Y.Doc())
  let readersTimer: ReturnType<typeof setTimeout> | undefined
  let closed: Promise<void> | null = null

  const unsubscribe = server.bus.subscribe(draftTopic(ref.tenantId, ref.workflowId), onHint)
  // The bus may lose a hint: updates of other processes arrive within this time.
  const patrol = setInterval(() => {
    broadcast(HEARTBEAT, null)
    void change(document.catchUp)
  }, PATROL_MS)
  relay.ask()

  function onHint(message: BusMessage): void {
    if (message.deleted === true) void close(CLOSE_CODES.notFound, 'The workflow was deleted')
    else if (typeof message.seq === 'number' && message.seq > log.seq) void change(document.catchUp)
  }

  /**
   * Runs work that changes the document. If it fails, the document may hold changes that are not stored: the room closes
   * without a broadcast or a snapshot, and its members reconnect and load the draft again.
   */
  function change(work: () => Promise<void>): Promise<void> {
    return queue.add(async () => {
      if (isBroken) return
      try {
        await work()
      } catch (thrown) {
        isBroken = true
        if (!isDeleted(thrown)) logFailure(thrown)
        void close(closeCodeOf(thrown), closeReasonOf(thrown))
      }
    })
  }

  function logFailure(thrown: unknown): void {
    server.log('error', 'draft.store_failed: closing the room', {
      workflowId: ref.workflowId,
      reason: reasonOf(thrown),
    })
  }

  function broadcast(frame: Uint8Array, except: Member | null): void {
    for (const member of members) {
      if (member !== except) send(member, frame)
    }
  }

  /** Sends an update to those who may write; the others get theirs from a copy without credentials, a moment later. */
  function broadcastUpdate(update: Uint8Array, except: Member | null): void {
    const frame = encodeUpdate(update)
    let hasReaders = false
    for (const member of members) {
      if (!member.canWrite) hasReaders = true
      else if (member !== except) send(member, frame)
    }
    // In the queue: between two changes all that the document holds is stored.
    if (hasReaders) readersTimer ??= setTimeout(() => change(updateReaders), READERS_MS)
  }

  async function updateReaders(): Promise<void> {
    readersTimer = undefined
    const shown = maskedCopy(ydoc, server.registry.manifest)
    const frame = encodeUpdate(Y.encodeStateAsUpdate(shown, shownState))
    shownState = Y.encodeStateVector(shown)
    for (const member of members) if (!member.canWrite) send(member, frame)
  }

  function send({ socket }: Member, frame: Uint8Array): void {
    if (socket.bufferedAmount > MAX_BUFFERED_BYTES) socket.close(CLOSE_CODES.rateLimited, 'Client too slow: reconnect')
    else socket.send(frame)
  }

  function sendSaved(member: Member): void {
    if (member.socket.protocol !== TENON_PROTOCOL) return
    send(member, encodeSaved(Y.encodeStateVector(ydoc), document.storedCount(member)))
  }

  function expel(member: Member, error: unknown): void {
    if (error instanceof TenonError) auditRefusal(member, error)
    else logFailure(error)
    member.socket.close(closeCodeOf(error), closeReasonOf(error))
    leave(member)
  }

  function auditRefusal({ identity }: Member, error: TenonError): void {
    void auditRefused(server, { identity, action: 'draft.update_refused', resource: ref.workflowId }, error)
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
      clearTimeout(readersTimer)
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
    if (!isBroken) await log.compact(ydoc, COMPACT_ON_CLOSE).catch(() => undefined)
    ydoc.destroy()
  }

  return {
    presence,
    join(member) {
      // A seat in the room is taken at once, so that it is not closed while the document loads.
      members.add(member)
      return change(async () => {
        // Clients know only stored updates of others. With all of them loaded, no client sends another member's
        // updates.
        await document.catchUp()
        await document.sealStored()
        if (member.canWrite) send(member, encodeSyncStep1(Y.encodeStateVector(ydoc)))
        presence.greet(member)
      })
    },
    leave,
    answerSync: (member, stateVector) =>
      queue.add(async () => {
        if (isBroken) return
        if (isOfAnotherLife(stateVector, genesisOf(ydoc))) {
          member.socket.close(CLOSE_CODES.rebased, 'The draft was replaced. Reload to continue.')
          leave(member)
          return
        }
        const shown = member.canWrite ? ydoc : maskedCopy(ydoc, server.registry.manifest)
        send(member, encodeSyncStep2(encodeStateFor(shown, stateVector)))
        sendSaved(member)
      }),
    receiveUpdate(member, update) {
      // Updates that arrive while a round is being stored go into the next one together.
      if (document.receive(member, update)) void change(document.storeReceived)
    },
    close,
  }
}

/** Checks whether the workflow of a room was deleted, of which the hint may have been lost. */
function isDeleted(thrown: unknown): boolean {
  return thrown instanceof TenonError && thrown.code === 'WORKFLOW_NOT_FOUND'
}

/** Runs pieces of work one after the other, in the order in which they were added. */
interface SerialQueue {
  /** A piece that throws fails its own caller only. */
  add<Value>(work: () => Promise<Value>): Promise<Value>
  /** Resolves when nothing is left to do. */
  idle(): Promise<void>
}

function createSerialQueue(): SerialQueue {
  let tail: Promise<unknown> = Promise.resolve()
  return {
    add(work) {
      const result = tail.then(work)
      tail = result.catch(() => undefined)
      return result
    },
    async idle() {
      for (let seen: unknown; seen !== tail; ) {
        seen = tail
        await tail
      }
    },
  }
}
