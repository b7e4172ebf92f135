import { bindTickets, CLOSE_CODES } from '@tenon/core/collab'
import * as decoding from 'lib0/decoding'
import { Awareness } from 'y-protocols/awareness'
import { WebsocketProvider } from 'y-websocket'
import type * as Y from 'yjs'

/** Message types of y-protocols. */
const SYNC = 0
const SYNC_STEP_2 = 1
const SYNC_UPDATE = 2

/** Listener of a connection to the room of a draft. */
export interface CollabListener {
  /** Called when the draft is in sync with the server, for the first time or again. */
  readonly onSynced: () => void
  readonly onConnected: (isConnected: boolean) => void
  /** Called when the server has stored local changes; `isComplete` if it has stored all of them. */
  readonly onSaved: (isComplete: boolean) => void
  readonly onLocalChange: () => void
  readonly onAwareness: (states: ReadonlyMap<number, unknown>, ownClientId: number) => void
  /** Called when the connection has ended for good. */
  readonly onClosed: (code: number) => void
  readonly onTicketRefused: (error: unknown) => void
}

export interface CollabConnection {
  readonly awareness: Awareness
  readonly stop: () => void
}

interface CollabOptions {
  readonly doc: Y.Doc
  /** `wss://…/workflows` */
  readonly url: string
  readonly workflowId: string
  /** Checks whether a transaction of this origin contains only changes that the server has. */
  readonly isForeign?: (origin: unknown) => boolean
  readonly getTicket: () => Promise<string>
  readonly listener: CollabListener
}

/** Subprotocol in which the server acknowledges stored updates. */
const PROTOCOL = 'tenon.v1'
const SAVED_MESSAGE = 100

/** Joins the room of a draft with a y-websocket provider. */
export function connectRoom(options: CollabOptions): CollabConnection {
  const { doc, url, workflowId, getTicket, listener, isForeign = () => false } = options
  const awareness = new Awareness(doc)
  const sent = createSentUpdates()
  class CountedSocket extends WebSocket {
    constructor(address: string | URL, protocols?: string | string[]) {
      super(address, protocols)
      sent.restart()
    }
    override send(data: Parameters<WebSocket['send']>[0]): void {
      if (data instanceof Uint8Array) sent.note(data)
      super.send(data)
    }
  }
  const provider = new WebsocketProvider(url, `${workflowId}/collab`, doc, {
    connect: false,
    // Tabs would otherwise sync without the server and its checks.
    disableBc: true,
    awareness,
    protocols: [PROTOCOL],
    WebSocketPolyfill: CountedSocket,
  })
  provider.messageHandlers[SAVED_MESSAGE] = (_encoder, decoder) => {
    // The state vector is not enough, since deletions do not change it.
    decoding.readVarUint8Array(decoder)
    listener.onSaved(sent.areAll(decoding.readVarUint(decoder)))
  }
  const onUpdate = (_update: Uint8Array, origin: unknown) => {
    if (origin !== provider && !isForeign(origin)) listener.onLocalChange()
  }
  const onAwareness = () => listener.onAwareness(awareness.getStates(), doc.clientID)
  provider.on('sync', (isSynced: boolean) => {
    if (isSynced) listener.onSynced()
  })
  provider.on('status', ({ status }) => listener.onConnected(status === 'connected'))
  provider.on('closed', ({ code }) => {
    // Tickets are used once; a new one is fetched for the next connection.
    if (code !== CLOSE_CODES.unauthenticated) listener.onClosed(code)
  })
  doc.on('update', onUpdate)
  awareness.on('change', onAwareness)
  const stopTickets = bindTickets(provider, getTicket, { onError: listener.onTicketRefused })
  return {
    awareness,
    stop: () => {
      stopTickets()
      doc.off('update', onUpdate)
      awareness.off('change', onAwareness)
      provider.destroy()
      awareness.destroy()
    },
  }
}

/** Counts the updates sent on one connection, to detect when the server has stored them all. */
interface SentUpdates {
  /** Resets the count for a new connection. */
  restart(): void
  /** Counts a sent frame if it contains an update. */
  note(frame: Uint8Array): void
  /** Checks whether `stored` updates are all that were sent. */
  areAll(stored: number): boolean
}

function createSentUpdates(): SentUpdates {
  let count = 0
  // The response to the server's state vector contains the changes from before the connection.
  let isCaughtUp = false
  return {
    restart() {
      count = 0
      isCaughtUp = false
    },
    note([type, step]) {
      if (type !== SYNC || (step !== SYNC_STEP_2 && step !== SYNC_UPDATE)) return
      count += 1
      isCaughtUp ||= step === SYNC_STEP_2
    },
    areAll: (stored) => isCaughtUp && stored === count,
  }
}
