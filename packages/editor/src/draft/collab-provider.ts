import { bindTickets, CLOSE_CODES } from '@tenon/core/collab'
import * as decoding from 'lib0/decoding'
import { Awareness } from 'y-protocols/awareness'
import { WebsocketProvider } from 'y-websocket'
import type * as Y from 'yjs'
import { createSentUpdates } from './sent-updates.ts'

/** What a connection to a draft's room tells. */
export interface CollabListener {
  /** The draft of the server is here, for the first time or again. */
  readonly onSynced: () => void
  readonly onConnected: (isConnected: boolean) => void
  /** The server has stored something of ours; told whether that is all of it. */
  readonly onSaved: (isComplete: boolean) => void
  readonly onLocalChange: () => void
  readonly onAwareness: (states: ReadonlyMap<number, unknown>, ownClientId: number) => void
  /** The connection has ended for good. */
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
  /** Checks whether a transaction of this origin brings what the server has already. */
  readonly isForeign?: (origin: unknown) => boolean
  readonly getTicket: () => Promise<string>
  readonly listener: CollabListener
}

/** The protocol on which the server also tells what it has stored. */
const PROTOCOL = 'tenon.v1'
const SAVED_MESSAGE = 100

/** Joins the room of a draft by a stock y-websocket provider. */
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
    // Tabs would otherwise sync behind the server's back, past its guard.
    disableBc: true,
    awareness,
    protocols: [PROTOCOL],
    WebSocketPolyfill: CountedSocket,
  })
  provider.messageHandlers[SAVED_MESSAGE] = (_encoder, decoder) => {
    // The state vector in front cannot tell: deletions leave no trace in it.
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
    // Tickets are used once; a new one is fetched and the connection goes on.
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
