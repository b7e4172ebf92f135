import type { AddressInfo } from 'node:net'
import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import * as sync from 'y-protocols/sync'
import * as Y from 'yjs'
import { type CollabListener, connectRoom } from './collab-provider.ts'

afterEach(() => vi.unstubAllGlobals())

const eventually = (check: () => void) => vi.waitFor(check, 15_000)

const SYNC = 0
const SAVED = 100

/** A room over a real socket that takes every update, and says that it has stored some of them when it is told to. */
async function openRoom() {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', handleProtocols: () => 'tenon.v1' })
  const stored = new Y.Doc()
  let taken = 0
  let client: WebSocket | null = null
  server.on('connection', (socket) => {
    client = socket
    taken = 0
    socket.send(encodeSync((encoder) => sync.writeSyncStep1(encoder, stored)))
    socket.on('message', (data: Buffer) => {
      const decoder = decoding.createDecoder(new Uint8Array(data))
      if (decoding.readVarUint(decoder) !== SYNC) return
      const answer = encodeSync((encoder) => {
        const step = sync.readSyncMessage(decoder, encoder, stored, 'client')
        if (step !== sync.messageYjsSyncStep1) taken += 1
      })
      if (answer.byteLength > 1) socket.send(answer)
    })
  })
  await new Promise((resolve) => server.once('listening', resolve))
  onTestFinished(() => {
    for (const socket of server.clients) socket.terminate()
    server.close()
  })
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/workflows`,
    stored,
    taken: () => taken,
    cut: () => client?.terminate(),
    save(count: number) {
      const encoder = encoding.createEncoder()
      encoding.writeVarUint(encoder, SAVED)
      encoding.writeVarUint8Array(encoder, Y.encodeStateVector(stored))
      encoding.writeVarUint(encoder, count)
      client?.send(encoding.toUint8Array(encoder))
    },
  }
}

function encodeSync(write: (encoder: encoding.Encoder) => void): Uint8Array {
  const encoder = encoding.createEncoder()
  encoding.writeVarUint(encoder, SYNC)
  write(encoder)
  return encoding.toUint8Array(encoder)
}

function join(url: string) {
  // Browsers have it; this is the one of Node's own tests.
  vi.stubGlobal('WebSocket', WebSocket)
  const doc = new Y.Doc()
  const saved: boolean[] = []
  let isConnected = false
  const listener: CollabListener = {
    onSynced: () => undefined,
    onConnected: (next) => {
      isConnected = next
    },
    onSaved: (isComplete) => saved.push(isComplete),
    onLocalChange: () => undefined,
    onAwareness: () => undefined,
    onClosed: () => undefined,
    onTicketRefused: () => undefined,
  }
  const connection = connectRoom({ doc, url, workflowId: 'w', getTicket: async () => 'ticket', listener })
  onTestFinished(connection.stop)
  return { nodes: doc.getMap('nodes'), saved, isConnected: () => isConnected }
}

describe('connectRoom', () => {
  test('takes nothing for saved while a deletion is on its way', async () => {
    const room = await openRoom()
    const { nodes, saved } = join(room.url)
    await eventually(() => expect(room.taken()).toBe(1))
    nodes.set('a', 'text')
    nodes.delete('a')
    await eventually(() => expect(room.taken()).toBe(3))
    room.save(2)
    await eventually(() => expect(saved).toEqual([false]))
    room.save(3)
    await eventually(() => expect(saved).toEqual([false, true]))
  })

  test('counts anew on a new connection, which first brings what was deleted without one', async () => {
    const room = await openRoom()
    const { nodes, saved, isConnected } = join(room.url)
    await eventually(() => expect(room.taken()).toBe(1))
    nodes.set('a', 'text')
    await eventually(() => expect(room.taken()).toBe(2))
    room.cut()
    await eventually(() => expect(isConnected()).toBe(false))
    nodes.delete('a')
    await eventually(() => expect(room.stored.getMap('nodes').has('a')).toBe(false))
    expect(room.taken()).toBe(1)
    room.save(0)
    room.save(1)
    await eventually(() => expect(saved).toEqual([false, true]))
  })
})
