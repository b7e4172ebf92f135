import type { Draft } from '@tenon/core/api'
import { readDraft } from '@tenon/core/collab'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import type { WebSocket } from 'ws'
import * as Y from 'yjs'
import {
  connect,
  type DraftServer,
  leave,
  nameOf,
  newDraft,
  nodeOf,
  rawClient,
  synced,
  until,
} from '../testing/kit/draft-client.ts'
import { openServerPGlite } from '../testing/kit/server-pglite.ts'
import { openTestServer } from '../testing/kit/test-server.ts'
import { testIdentity } from '../testing/test-identity.ts'
import { encodeAwareness, encodeSyncStep1, encodeUpdate } from './frames.ts'

type Pglite = Awaited<ReturnType<typeof openServerPGlite>>

const isHeartbeat = (frame: Uint8Array) => Buffer.from(encodeAwareness([])).equals(frame)

let host: DraftServer
let disk: ReturnType<typeof createDisk>

beforeAll(async () => {
  disk = createDisk(await openServerPGlite())
  const server = await openTestServer({ database: { pglite: disk.pglite } })
  host = { server, url: (await server.listen()).url }
})
afterAll(() => host.server.close())

describe('a room whose draft cannot be stored', () => {
  test('acknowledges nothing of it, keeps nothing of it, and lets every client load the draft again', async () => {
    const { clients, first, id, path } = await newDraft(host)
    const [watcher] = clients
    const peer = await rawClient(host, testIdentity({ tenantId: first.tenantId }), id, ['tenon.v1'])
    const rename = (name: string) => encodeUpdate(peer.change(() => nodeOf(peer.ydoc).set('name', name)))
    // So many rounds that a room that closes makes a snapshot.
    for (let round = 1; round <= 25; round += 1) {
      peer.send(rename(`Name ${round}`))
      await until(watcher.ydoc, (document) => nameOf(document) === `Name ${round}`)
    }
    const { etag } = await host.server.json<Draft>(200, path, { as: first })

    const failure = disk.failNextAppend()
    peer.send(rename('Lost'))
    await failure.reached
    peer.send(rename('Built on what is lost'))
    peer.send(encodeSyncStep1(Y.encodeStateVector(new Y.Doc())))
    await allRead(peer.socket)
    const seen = peer.frames.length
    failure.happen()
    expect((await peer.closed).code).toBe(1011)
    expect(await watcher.closed).toBe(1011)

    expect(peer.frames.slice(seen).filter((frame) => !isHeartbeat(frame))).toEqual([])
    expect(nameOf(readDraft(watcher.ydoc).document)).toBe('Name 25')
    const again = await connect(host, first, id)
    await synced(again)
    expect(nameOf(readDraft(again.ydoc).document)).toBe('Name 25')
    const stored = await host.server.json<Draft>(200, path, { as: first })
    expect([stored.etag, nameOf(stored.document)]).toEqual([etag, 'Name 25'])
    nodeOf(again.ydoc).set('name', 'Goes on')
    const third = await connect(host, first, id)
    await until(third.ydoc, (document) => nameOf(document) === 'Goes on')
    leave([watcher, again, third])
  })
})

describe('a room in which no one edits', () => {
  test('sends each client a heartbeat every 10 s, before a stock provider takes its connection for lost', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    onTestFinished(() => void vi.useRealTimers())
    const { clients, first, id } = await newDraft(host)
    const peer = await rawClient(host, testIdentity({ tenantId: first.tenantId }), id)
    await allRead(peer.socket)
    expect(peer.frames.filter(isHeartbeat)).toHaveLength(0)
    for (let beats = 1; beats <= 3; beats += 1) {
      vi.advanceTimersByTime(10_000)
      await expect.poll(() => peer.frames.filter(isHeartbeat)).toHaveLength(beats)
    }
    leave(clients)
  })
})

describe('a room whose draft is slow to store', () => {
  test('keeps no more for one member than a few of the largest updates', async () => {
    const { clients, first, id } = await newDraft(host)
    const peer = await rawClient(host, testIdentity({ tenantId: first.tenantId }), id)
    const failure = disk.failNextAppend()
    peer.send(encodeUpdate(peer.change(() => nodeOf(peer.ydoc).set('name', 'Slow'))))
    await failure.reached
    for (let sent = 0; sent < 5; sent += 1) peer.send(encodeUpdate(new Uint8Array(1_000_000)))
    expect((await peer.closed).code).toBe(4529)
    failure.happen()
    leave(clients)
  })
})

/** A database that fails to store an update when a test asks for it. */
function createDisk(pglite: Pglite) {
  let next: { readonly onReached: () => void; readonly happens: Promise<void> } | null = null

  async function check(text: string): Promise<void> {
    if (next === null || !text.includes('append_draft_v1')) return
    const { onReached, happens } = next
    next = null
    onReached()
    await happens
    throw new Error('The disk is full')
  }

  return {
    pglite: {
      query: async (text, values, options) => {
        await check(text)
        return pglite.query(text, values, options)
      },
      exec: (text) => pglite.exec(text),
      transaction: (work) => pglite.transaction(work),
      close: () => pglite.close(),
    } satisfies Pglite,
    failNextAppend() {
      let happen = (): void => undefined
      const happens = new Promise<void>((resolve) => {
        happen = resolve
      })
      const reached = new Promise<void>((resolve) => {
        next = { onReached: resolve, happens }
      })
      return { reached, happen }
    },
  }
}

/** Resolves when the server has read all that was sent before. */
function allRead(socket: WebSocket): Promise<void> {
  return new Promise((resolve) => {
    socket.once('pong', () => resolve())
    socket.ping()
  })
}
