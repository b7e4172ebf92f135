import type { Draft, Identity } from '@tenon/core/api'
import { NO_TEXT_FIELDS, readDraft, writeDocument } from '@tenon/core/collab'
import type { WorkflowDocument } from '@tenon/core/document'
import * as decoding from 'lib0/decoding'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { WebsocketProvider } from 'y-websocket'
import * as Y from 'yjs'
import { createInProcessBus } from '../bus/in-process-bus.ts'
import { encodeAwareness, encodeSyncStep1, encodeUpdate } from '../collab/frames.ts'
import { greeting } from '../testing/kit/sample-workflows.ts'
import { openTestServer, type TestServer } from '../testing/kit/test-server.ts'
import { openSocket, ticketFor } from '../testing/kit/test-socket.ts'
import { testIdentity } from '../testing/test-identity.ts'

let server: TestServer
let url: string

beforeAll(async () => {
  server = await openTestServer()
  url = (await server.listen()).url
})
afterAll(() => server.close())

/** A stock y-websocket provider, exactly as any Yjs application uses it. */
async function connect(as: Identity, workflowId: string, ydoc = new Y.Doc(), at = url) {
  const provider = new WebsocketProvider(`${at.replace('http', 'ws')}/workflows`, `${workflowId}/collab`, ydoc, {
    params: { ticket: await ticketFor(server, as) },
    WebSocketPolyfill: WebSocket as never,
    disableBc: true,
  })
  const closed = new Promise<number>((resolve) => {
    provider.on('connection-close', (event: { code: number } | null) => resolve(event?.code ?? 0))
  })
  const reconnect = async () => {
    provider.params = { ticket: await ticketFor(server, as) }
    provider.connect()
  }
  return { provider, ydoc, closed, reconnect, as }
}

type Client = Awaited<ReturnType<typeof connect>>

const synced = ({ provider }: Client) =>
  new Promise<void>((resolve) => {
    if (provider.synced) resolve()
    else provider.once('sync', () => resolve())
  })

/** Resolves when the document looks as it should. */
function until(ydoc: Y.Doc, isThere: (document: WorkflowDocument) => boolean): Promise<WorkflowDocument> {
  return new Promise((resolve) => {
    const check = (): void => {
      const { document } = readDraft(ydoc)
      if (!isThere(document)) return
      ydoc.off('update', check)
      resolve(document)
    }
    ydoc.on('update', check)
    check()
  })
}

async function newDraft(members = 1) {
  const first = testIdentity()
  const people = [first, ...Array.from({ length: members - 1 }, () => testIdentity({ tenantId: first.tenantId }))]
  const body = { name: 'Shared', document: greeting }
  const { id } = await server.json<{ id: string }>(201, '/workflows', { as: first, method: 'POST', body })
  const clients = await Promise.all(people.map((as) => connect(as, id)))
  await Promise.all(clients.map(synced))
  return { id, first, clients: clients as [Client, Client, Client], path: `/workflows/${id}/draft` }
}

const nodeOf = (ydoc: Y.Doc, id = 'greet') => ydoc.getMap('nodes').get(id) as Y.Map<unknown>
const nameOf = (document: WorkflowDocument) => document.nodes.find((node) => node.id === 'greet')?.name
const leave = (clients: readonly Client[]) => {
  for (const { provider } of clients) provider.destroy()
}

describe('stock y-websocket clients', () => {
  test('find the draft and see what the others write', async () => {
    const { clients } = await newDraft(3)
    const [a, b, c] = clients
    expect(readDraft(a.ydoc).document.nodes.map((node) => node.id)).toEqual(['start', 'greet', 'end'])
    nodeOf(a.ydoc).set('name', 'By a')
    await Promise.all([
      until(b.ydoc, (document) => nameOf(document) === 'By a'),
      until(c.ydoc, (document) => nameOf(document) === 'By a'),
    ])
    leave(clients)
  })

  test('converge when everybody writes at once', async () => {
    const { clients, path, first } = await newDraft(3)
    for (let round = 0; round < 30; round += 1) {
      for (const [index, { ydoc }] of clients.entries()) {
        const values = (nodeOf(ydoc).get('params') as Y.Map<unknown>).get('values') as Y.Map<unknown>
        ydoc.getArray('positions').push([['greet', round, index]])
        values.set(`k${index}-${round}`, round)
      }
    }
    const isWhole = (document: WorkflowDocument) =>
      Object.keys((document.nodes.find((node) => node.id === 'greet')?.params.values ?? {}) as object).length === 91
    const documents = await Promise.all(clients.map(({ ydoc }) => until(ydoc, isWhole)))
    expect(documents[1]).toEqual(documents[0])
    expect(documents[2]).toEqual(documents[0])
    const draft = await server.json<Draft>(200, path, { as: first })
    expect(draft.document).toEqual(documents[0])
    leave(clients)
  })

  test('one that was offline brings its changes along, and gets the others', async () => {
    const { clients } = await newDraft(2)
    const [a, b] = clients
    b.provider.disconnect()
    await b.closed
    nodeOf(b.ydoc).set('name', 'Written offline')
    b.ydoc.getMap('nodes').delete('end')
    ;(nodeOf(a.ydoc, 'start').get('params') as Y.Map<unknown>).set('note', 'written online')
    await b.reconnect()
    const there = await until(a.ydoc, (document) => nameOf(document) === 'Written offline')
    const back = await until(b.ydoc, (document) => document.nodes[0]?.params.note === 'written online')
    expect(there.nodes.map((node) => node.id)).toEqual(['start', 'greet'])
    expect(back).toEqual(readDraft(a.ydoc).document)
    leave(clients)
  })

  test('coming back without changes adds nothing to the draft', async () => {
    const { clients, path, first } = await newDraft(2)
    const [a, b] = clients
    a.ydoc.getMap('nodes').delete('end')
    await until(b.ydoc, (document) => document.nodes.length === 2)
    const { etag } = await server.json<Draft>(200, path, { as: first })
    b.provider.disconnect()
    await b.closed
    await b.reconnect()
    await synced(b)
    nodeOf(b.ydoc).set('name', 'One more')
    await until(a.ydoc, (document) => nameOf(document) === 'One more')
    const after = await server.json<Draft>(200, path, { as: first })
    expect(Number(after.etag.slice(1, -1))).toBe(Number(etag.slice(1, -1)) + 1)
    leave(clients)
  })

  test('see changes that come by HTTP, and HTTP sees theirs', async () => {
    const { clients, path, first } = await newDraft()
    const [a] = clients
    const operations = [{ op: 'update_node', nodeId: 'greet', set: { name: 'By HTTP' } }]
    await server.json(200, path, { as: first, method: 'PATCH', body: { operations } })
    await until(a.ydoc, (document) => nameOf(document) === 'By HTTP')
    const { etag } = await server.json<Draft>(200, path, { as: first })
    const put = { as: first, method: 'PUT', body: { document: greeting }, headers: { 'if-match': etag } }
    await server.json(200, path, put)
    await until(a.ydoc, (document) => nameOf(document) === 'greet')
    leave(clients)
  })

  test('an undo of their own leaves what came by HTTP', async () => {
    const { clients, path, first } = await newDraft()
    const [a] = clients
    const undo = new Y.UndoManager(a.ydoc.getMap('nodes'))
    nodeOf(a.ydoc).set('name', 'Mine')
    const operations = [{ op: 'update_node', nodeId: 'end', set: { name: 'Theirs' } }]
    await server.json(200, path, { as: first, method: 'PATCH', body: { operations } })
    await until(a.ydoc, (document) => document.nodes[2]?.name === 'Theirs')
    undo.undo()
    const document = await until(a.ydoc, (candidate) => nameOf(candidate) === 'greet')
    expect(document.nodes[2]?.name).toBe('Theirs')
    leave(clients)
  })

  test('a hundred edits outlive the room', async () => {
    const { clients, path, first, id } = await newDraft()
    const [a] = clients
    for (let index = 0; index < 100; index += 1) nodeOf(a.ydoc).set('name', `Name ${index}`)
    const b = await connect(first, id)
    await until(b.ydoc, (document) => nameOf(document) === 'Name 99')
    leave([a, b])
    await Promise.all([a.closed, b.closed])
    const draft = await server.json<Draft>(200, path, { as: first })
    expect(nameOf(draft.document)).toBe('Name 99')
    const again = await connect(first, id)
    await synced(again)
    expect(readDraft(again.ydoc).document).toEqual(draft.document)
    leave([again])
  })

  test('see each other, as the server says who they are', async () => {
    const { clients } = await newDraft(2)
    const [a, b] = clients
    const seen = new Promise<Record<string, unknown>>((resolve) => {
      b.provider.awareness.on('change', () => {
        const state = b.provider.awareness.getStates().get(a.ydoc.clientID)
        if (state?.cursor !== undefined) resolve(state)
      })
    })
    a.provider.awareness.setLocalState({ user: { userId: 'the boss', displayName: 'Boss' }, cursor: { x: 1, y: 2 } })
    expect(await seen).toEqual({
      cursor: { x: 1, y: 2 },
      user: { userId: a.as.userId, displayName: a.as.displayName, color: expect.stringMatching(/^hsl/) },
    })
    const gone = new Promise<void>((resolve) => {
      b.provider.awareness.on('change', () => {
        if (!b.provider.awareness.getStates().has(a.ydoc.clientID)) resolve()
      })
    })
    leave([a])
    await gone
    leave([b])
  })

  test('a viewer reads and is seen, but cannot write', async () => {
    const { clients, first, id, path } = await newDraft()
    const [a] = clients
    const viewer = await connect(testIdentity({ tenantId: first.tenantId, role: 'viewer' }), id)
    await synced(viewer)
    expect(readDraft(viewer.ydoc).document).toEqual(readDraft(a.ydoc).document)
    nodeOf(a.ydoc).set('name', 'For all')
    await until(viewer.ydoc, (document) => nameOf(document) === 'For all')
    nodeOf(viewer.ydoc).set('name', 'By a viewer')
    expect(await viewer.closed).toBe(4403)
    const draft = await server.json<Draft>(200, path, { as: first })
    expect(nameOf(draft.document)).toBe('For all')
    leave([a, viewer])
  })
})

/** A socket that speaks the protocol by hand, and a copy of the draft to speak about. */
async function rawClient(as: Identity, id: string, protocols: readonly string[] = [], at = url) {
  const socket = openSocket(`${at}/workflows/${id}/collab`, { as, protocols })
  await socket.opened
  const ydoc = new Y.Doc()
  socket.socket.send(encodeSyncStep1(Y.encodeStateVector(ydoc)))
  await socket.until((frames) => frames.some((frame) => frame[0] === 0 && frame[1] === 1))
  for (const frame of socket.frames.filter((candidate) => candidate[0] === 0 && candidate[1] === 1)) {
    const decoder = decoding.createDecoder(frame)
    decoding.readVarUint(decoder)
    decoding.readVarUint(decoder)
    Y.applyUpdate(ydoc, decoding.readVarUint8Array(decoder))
  }
  const change = (write: () => void): Uint8Array => {
    const before = Y.encodeStateVector(ydoc)
    ydoc.transact(write)
    return Y.encodeStateAsUpdate(ydoc, before)
  }
  return { ...socket, ydoc, change, send: (frame: Uint8Array) => socket.socket.send(frame) }
}

describe('the guard', () => {
  test("an update under somebody else's client id is refused, and that somebody writes on", async () => {
    const { clients, first, id, path } = await newDraft()
    const [a] = clients
    nodeOf(a.ydoc).set('name', 'By a')
    const mallory = await rawClient(testIdentity({ tenantId: first.tenantId }), id)
    mallory.ydoc.clientID = a.ydoc.clientID
    mallory.send(encodeUpdate(mallory.change(() => nodeOf(mallory.ydoc).set('name', 'Forged'))))
    expect((await mallory.closed).code).toBe(4422)
    nodeOf(a.ydoc).set('name', 'Still by a')
    const b = await connect(first, id)
    await until(b.ydoc, (document) => nameOf(document) === 'Still by a')
    expect(nameOf((await server.json<Draft>(200, path, { as: first })).document)).toBe('Still by a')
    leave([a, b])
  })

  test('whoever is present keeps their id, even before they have written', async () => {
    const { clients, first, id } = await newDraft()
    const [a] = clients
    a.provider.awareness.setLocalState({ cursor: { x: 1, y: 1 } })
    const mallory = await rawClient(testIdentity({ tenantId: first.tenantId }), id)
    await mallory.until((frames) => frames.some((frame) => frame[0] === 1))
    mallory.ydoc.clientID = a.ydoc.clientID
    mallory.send(encodeUpdate(mallory.change(() => nodeOf(mallory.ydoc).set('name', 'Forged'))))
    expect((await mallory.closed).code).toBe(4422)
    nodeOf(a.ydoc).set('name', 'By a')
    const b = await connect(first, id)
    await until(b.ydoc, (document) => nameOf(document) === 'By a')
    leave([a, b])
  })

  test.each<[string, Uint8Array | string]>([
    ['noise', new Uint8Array([9, 9, 9])],
    ['an empty frame', new Uint8Array()],
    ['text', 'hello'],
    ['a broken update', encodeUpdate(new Uint8Array([1, 255, 255, 255, 255, 15]))],
    ['a broken state vector', encodeSyncStep1(new Uint8Array([255, 255, 255, 255, 255, 255, 255, 255]))],
    ['an update beyond the limit', encodeUpdate(new Uint8Array(1_200_000))],
    ['presence that is no JSON', encodeAwareness([{ clientId: 77, clock: 1, state: '{' }])],
    ['presence that is a list', encodeAwareness([{ clientId: 77, clock: 1, state: '[]' }])],
    [
      'a novel as presence',
      encodeAwareness([{ clientId: 77, clock: 1, state: JSON.stringify({ a: 'x'.repeat(5_000) }) }]),
    ],
  ])('%s is closed with 4422, and the others go on', async (_title, frame) => {
    const { clients, first, id } = await newDraft(2)
    const mallory = await rawClient(testIdentity({ tenantId: first.tenantId }), id)
    mallory.socket.send(frame)
    expect((await mallory.closed).code).toBe(4422)
    nodeOf(clients[0].ydoc).set('name', 'Goes on')
    await until(clients[1].ydoc, (document) => nameOf(document) === 'Goes on')
    leave(clients)
  })

  test('a flood is closed with 4529', async () => {
    const { clients, first, id } = await newDraft()
    const mallory = await rawClient(testIdentity({ tenantId: first.tenantId }), id)
    for (let index = 0; index < 400; index += 1) mallory.send(new Uint8Array([3]))
    expect((await mallory.closed).code).toBe(4529)
    leave(clients)
  })

  test('nobody speaks for others in presence', async () => {
    const { clients, first, id } = await newDraft(2)
    const [a, b] = clients
    a.provider.awareness.setLocalState({ cursor: { x: 1, y: 1 } })
    const states = () => b.provider.awareness.getStates().get(a.ydoc.clientID)
    const isSeen = (x: number) =>
      new Promise<void>((resolve) => {
        const check = (): void => {
          if ((states()?.cursor as { x: number } | undefined)?.x === x) resolve()
        }
        b.provider.awareness.on('change', check)
        check()
      })
    await isSeen(1)
    const mallory = await rawClient(testIdentity({ tenantId: first.tenantId }), id)
    mallory.send(
      encodeAwareness([
        { clientId: mallory.ydoc.clientID, clock: 1, state: '{}' },
        { clientId: a.ydoc.clientID, clock: 99, state: 'null' },
      ]),
    )
    a.provider.awareness.setLocalState({ cursor: { x: 2, y: 1 } })
    await isSeen(2)
    mallory.socket.close()
    leave(clients)
  })

  test('what cannot be placed yet waits for what it builds on', async () => {
    const { clients, first, id } = await newDraft()
    const [a] = clients
    const peer = await rawClient(testIdentity({ tenantId: first.tenantId }), id)
    const one = peer.change(() => nodeOf(peer.ydoc).set('name', 'One'))
    const two = peer.change(() => nodeOf(peer.ydoc).set('name', 'Two'))
    peer.send(encodeUpdate(two))
    peer.send(encodeUpdate(one))
    await until(a.ydoc, (document) => nameOf(document) === 'Two')
    peer.socket.close()
    leave([a])
  })

  test('a document of another life is told so', async () => {
    const { clients, first, id } = await newDraft()
    const other = new Y.Doc()
    writeDocument(other, greeting, NO_TEXT_FIELDS)
    const stray = await connect(first, id, other)
    expect(await stray.closed).toBe(4409)
    leave([...clients, stray])
  })
})

describe('tenon.v1', () => {
  test('tells up to where everything is stored', async () => {
    const { clients, first, id } = await newDraft()
    const peer = await rawClient(testIdentity({ tenantId: first.tenantId }), id, ['tenon.v1'])
    expect(peer.socket.protocol).toBe('tenon.v1')
    peer.send(encodeUpdate(peer.change(() => nodeOf(peer.ydoc).set('name', 'Saved'))))
    const clock = Y.decodeStateVector(Y.encodeStateVector(peer.ydoc)).get(peer.ydoc.clientID) ?? 0
    await peer.until((frames) => frames.some((frame) => savedClock(frame, peer.ydoc.clientID) === clock))
    const draft = await server.json<Draft>(200, `/workflows/${id}/draft`, { as: first })
    expect(nameOf(draft.document)).toBe('Saved')
    peer.socket.close()
    leave(clients)
  })

  test('a stock client gets no frame that it does not know', async () => {
    const { clients, first, id } = await newDraft()
    const peer = await rawClient(testIdentity({ tenantId: first.tenantId }), id)
    peer.send(encodeUpdate(peer.change(() => nodeOf(peer.ydoc).set('name', 'x'))))
    await until(clients[0].ydoc, (document) => nameOf(document) === 'x')
    expect(peer.frames.every((frame) => (frame[0] ?? 0) < 4)).toBe(true)
    peer.socket.close()
    leave(clients)
  })
})

function savedClock(frame: Uint8Array, clientId: number): number | undefined {
  const decoder = decoding.createDecoder(frame)
  if (decoding.readVarUint(decoder) !== 100) return undefined
  return Y.decodeStateVector(decoding.readVarUint8Array(decoder)).get(clientId)
}

describe('a room', () => {
  test('is left for good when the workflow is deleted', async () => {
    const { clients, first, id } = await newDraft()
    await server.json(204, `/workflows/${id}`, { as: first, method: 'DELETE' })
    expect(await clients[0].closed).toBe(4404)
    leave(clients)
  })

  test('is not opened for a stranger, nor for an unknown workflow', async () => {
    const { clients, id } = await newDraft()
    for (const path of [`/workflows/${id}/collab`, '/workflows/nobody/collab']) {
      expect((await openSocket(url + path, { as: testIdentity() }).closed).code).toBe(4404)
    }
    leave(clients)
  })

  test('stores everything before the server goes down', async () => {
    const other = await server.sibling()
    const otherUrl = (await other.listen()).url
    const as = testIdentity()
    const body = { name: 'x', document: greeting }
    const { id } = await other.json<{ id: string }>(201, '/workflows', { as, method: 'POST', body })
    const socket = openSocket(`${otherUrl}/workflows/${id}/collab`, { as })
    await socket.opened
    await other.close()
    expect((await socket.closed).code).toBe(4503)
  })
})

describe('several processes', () => {
  test('share a draft, its changes by HTTP, and who is there', async () => {
    const bus = createInProcessBus()
    const servers = [await server.sibling({ bus }), await server.sibling({ bus })] as const
    const urls = [(await servers[0].listen()).url, (await servers[1].listen()).url] as const
    const as = testIdentity()
    const colleague = testIdentity({ tenantId: as.tenantId })
    const body = { name: 'x', document: greeting }
    const { id } = await server.json<{ id: string }>(201, '/workflows', { as, method: 'POST', body })
    const a = await connect(as, id, new Y.Doc(), urls[0])
    a.provider.awareness.setLocalState({ cursor: { x: 1, y: 1 } })
    await synced(a)
    const b = await connect(colleague, id, new Y.Doc(), urls[1])
    await synced(b)
    for (let round = 0; round < 10; round += 1) {
      nodeOf(a.ydoc, 'start').set('name', `A ${round}`)
      nodeOf(b.ydoc, 'end').set('name', `B ${round}`)
    }
    const isWhole = ({ nodes }: WorkflowDocument) => nodes[0]?.name === 'A 9' && nodes[2]?.name === 'B 9'
    const [one, two] = await Promise.all([until(a.ydoc, isWhole), until(b.ydoc, isWhole)])
    expect(one).toEqual(two)
    const operations = [{ op: 'update_node', nodeId: 'greet', set: { name: 'By HTTP' } }]
    await servers[1].json(200, `/workflows/${id}/draft`, { as, method: 'PATCH', body: { operations } })
    await until(a.ydoc, (document) => nameOf(document) === 'By HTTP')
    await new Promise<void>((resolve) => {
      const check = (): void => {
        const seen = b.provider.awareness.getStates().get(a.ydoc.clientID)
        if ((seen?.user as { userId: string } | undefined)?.userId === as.userId) resolve()
      }
      b.provider.awareness.on('change', check)
      check()
    })
    const forged = await rawClient(colleague, id, [], urls[1])
    forged.ydoc.clientID = a.ydoc.clientID
    forged.send(encodeUpdate(forged.change(() => nodeOf(forged.ydoc).set('name', 'Forged'))))
    expect((await forged.closed).code).toBe(4422)
    leave([a, b])
    await Promise.all(servers.map((each) => each.close()))
    await bus.close()
  })

  test('make up for hints that got lost when somebody joins', async () => {
    const deaf = await server.sibling()
    const { url: deafUrl } = await deaf.listen()
    const { clients, first, id } = await newDraft()
    const b = await connect(first, id, new Y.Doc(), deafUrl)
    await synced(b)
    nodeOf(clients[0].ydoc).set('name', 'Unheard')
    const c = await connect(first, id)
    await until(c.ydoc, (document) => nameOf(document) === 'Unheard')
    const d = await connect(first, id, new Y.Doc(), deafUrl)
    await until(d.ydoc, (document) => nameOf(document) === 'Unheard')
    await until(b.ydoc, (document) => nameOf(document) === 'Unheard')
    leave([...clients, b, c, d])
    await deaf.close()
  })
})
