import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createDecoder, readVarUint } from 'lib0/decoding'
import { createEncoder, length, toUint8Array, writeVarUint } from 'lib0/encoding'
import { WebSocket, WebSocketServer } from 'ws'
import { readSyncMessage, writeSyncStep1, writeUpdate } from 'y-protocols/sync'
import * as Y from 'yjs'

const SYNC = 0

/** The bare floor of collaboration: y-websocket's protocol over one document in memory, with no guard and no store. */
export async function openYjsRelay(seed: Uint8Array): Promise<{ readonly url: string; readonly close: () => void }> {
  const ydoc = new Y.Doc()
  Y.applyUpdate(ydoc, seed)
  const http = createServer()
  const sockets = new WebSocketServer({ server: http, perMessageDeflate: false })
  sockets.on('connection', (socket) => {
    socket.binaryType = 'nodebuffer'
    socket.on('message', (data: Buffer) => {
      const decoder = createDecoder(data)
      if (readVarUint(decoder) !== SYNC) return
      const answer = createEncoder()
      writeVarUint(answer, SYNC)
      readSyncMessage(decoder, answer, ydoc, socket)
      if (length(answer) > 1) socket.send(toUint8Array(answer))
    })
    const hello = createEncoder()
    writeVarUint(hello, SYNC)
    writeSyncStep1(hello, ydoc)
    socket.send(toUint8Array(hello))
  })
  ydoc.on('update', (update: Uint8Array, origin: unknown) => {
    const encoder = createEncoder()
    writeVarUint(encoder, SYNC)
    writeUpdate(encoder, update)
    const frame = toUint8Array(encoder)
    for (const socket of sockets.clients) {
      if (socket !== origin && socket.readyState === WebSocket.OPEN) socket.send(frame)
    }
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const { port } = http.address() as AddressInfo
  return {
    url: `ws://127.0.0.1:${port}`,
    close: () => {
      for (const socket of sockets.clients) socket.terminate()
      http.close()
    },
  }
}
