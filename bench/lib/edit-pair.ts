import { WebSocket } from 'ws'
import { WebsocketProvider } from 'y-websocket'
import * as Y from 'yjs'

/** Address for a stock y-websocket client. */
export interface RoomAddress {
  readonly url: string
  readonly room: string
  readonly params?: Record<string, string>
}

/** Two stock y-websocket clients in one room. */
export interface EditPair {
  /** Edits once; returns the ms from the edit in one client to its arrival in the other. */
  edit(): Promise<number>
  readonly ydoc: Y.Doc
  close(): void
}

/** @param addressOf - Called once for each client, since a ticket serves once. */
export async function openEditPair(nodeId: string, addressOf: () => Promise<RoomAddress>): Promise<EditPair> {
  const [writer, reader] = [await connect(await addressOf()), await connect(await addressOf())]
  const nodeIn = ({ doc }: WebsocketProvider) => doc.getMap('nodes').get(nodeId) as Y.Map<unknown>
  let edits = 0

  const edit = async (): Promise<number> => {
    edits += 1
    const name = `Greet ${edits}`
    const arrived = new Promise<number>((resolve) => {
      const look = () => {
        if (nodeIn(reader).get('name') !== name) return
        resolve(performance.now())
        reader.doc.off('update', look)
      }
      reader.doc.on('update', look)
    })
    const from = performance.now()
    nodeIn(writer).set('name', name)
    return (await arrived) - from
  }
  return {
    ydoc: writer.doc,
    edit,
    close: () => {
      writer.destroy()
      reader.destroy()
    },
  }
}

async function connect({ url, room, params = {} }: RoomAddress): Promise<WebsocketProvider> {
  const provider = new WebsocketProvider(url, room, new Y.Doc(), {
    params,
    disableBc: true,
    // The class of `ws` is the browser's in all that y-websocket uses.
    WebSocketPolyfill: WebSocket as never,
  })
  await new Promise<void>((resolve) => {
    if (provider.synced) resolve()
    else provider.once('sync', () => resolve())
  })
  return provider
}
