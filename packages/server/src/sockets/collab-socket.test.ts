import type { Draft } from '@tenon/core/api'
import { readDraft } from '@tenon/core/collab'
import type { WorkflowDocument } from '@tenon/core/document'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import * as Y from 'yjs'
import { createInProcessBus } from '../bus/in-process-bus.ts'
import { encodeUpdate } from '../collab/frames.ts'
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
import { greeting } from '../testing/kit/sample-workflows.ts'
import { openTestServer } from '../testing/kit/test-server.ts'
import { openSocket } from '../testing/kit/test-socket.ts'
import { testIdentity } from '../testing/test-identity.ts'

let host: DraftServer

beforeAll(async () => {
  const server = await openTestServer()
  host = { server, url: (await server.listen()).url }
})
afterAll(() => host.server.close())

describe('stock y-websocket clients', () => {
  test('find the draft and see what the others write', async () => {
    const { clients } = await newDraft(host, 3)
    const [a, b, c] = clients
    expect(readDraft(a.ydoc).document.nodes.map((node) => node.id)).toEqual(['start', 'greet', 'end'])
    nodeOf(a.ydoc).set('name', 'By a')
    await Promise.all([
      until(b.ydoc, (document) => nameOf(document) === 'By a'),
      until(c.ydoc, (document) => nameOf(document) === 'By a'),
    ])
    leave(clients)
  })

  test('converge when all clients write at once', async () => {
    const { clients, path, first } = await newDraft(host, 3)
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
    const draft = await host.server.json<Draft>(200, path, { as: first })
    expect(draft.document).toEqual(documents[0])
    leave(clients)
  })

  test('one that was offline brings its changes along, and gets the others', async () => {
    const { clients } = await newDraft(host, 2)
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
    const { clients, path, first } = await newDraft(host, 2)
    const [a, b] = clients
    a.ydoc.getMap('nodes').delete('end')
    await until(b.ydoc, (document) => document.nodes.length === 2)
    const { etag } = await host.server.json<Draft>(200, path, { as: first })
    b.provider.disconnect()
    await b.closed
    await b.reconnect()
    await synced(b)
    nodeOf(b.ydoc).set('name', 'One more')
    await until(a.ydoc, (document) => nameOf(document) === 'One more')
    const after = await host.server.json<Draft>(200, path, { as: first })
    expect(Number(after.etag.slice(1, -1))).toBe(Number(etag.slice(1, -1)) + 1)
    leave(clients)
  })

  test('see changes that come by HTTP, and HTTP sees theirs', async () => {
    const { clients, path, first } = await newDraft(host)
    const [a] = clients
    const operations = [{ op: 'update_node', nodeId: 'greet', set: { name: 'By HTTP' } }]
    await host.server.json(200, path, { as: first, method: 'PATCH', body: { operations } })
    await until(a.ydoc, (document) => nameOf(document) === 'By HTTP')
    const { etag } = await host.server.json<Draft>(200, path, { as: first })
    const put = { as: first, method: 'PUT', body: { document: greeting }, headers: { 'if-match': etag } }
    await host.server.json(200, path, put)
    await until(a.ydoc, (document) => nameOf(document) === 'greet')
    leave(clients)
  })

  test('an undo of their own leaves what came by HTTP', async () => {
    const { clients, path, first } = await newDraft(host)
    const [a] = clients
    const undo = new Y.UndoManager(a.ydoc.getMap('nodes'))
    nodeOf(a.ydoc).set('name', 'Mine')
    const operations = [{ op: 'update_node', nodeId: 'end', set: { name: 'Theirs' } }]
    await host.server.json(200, path, { as: first, method: 'PATCH', body: { operations } })
    await until(a.ydoc, (document) => document.nodes[2]?.name === 'Theirs')
    undo.undo()
    const document = await until(a.ydoc, (candidate) => nameOf(candidate) === 'greet')
    expect(document.nodes[2]?.name).toBe('Theirs')
    leave(clients)
  })

  test('a hundred edits outlive the room', async () => {
    const { clients, path, first, id } = await newDraft(host)
    const [a] = clients
    for (let index = 0; index < 100; index += 1) nodeOf(a.ydoc).set('name', `Name ${index}`)
    const b = await connect(host, first, id)
    await until(b.ydoc, (document) => nameOf(document) === 'Name 99')
    leave([a, b])
    await Promise.all([a.closed, b.closed])
    const draft = await host.server.json<Draft>(200, path, { as: first })
    expect(nameOf(draft.document)).toBe('Name 99')
    const again = await connect(host, first, id)
    await synced(again)
    expect(readDraft(again.ydoc).document).toEqual(draft.document)
    leave([again])
  })

  test('see each other, as the server says who they are', async () => {
    const { clients } = await newDraft(host, 2)
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
    const { clients, first, id, path } = await newDraft(host)
    const [a] = clients
    const viewer = await connect(host, testIdentity({ tenantId: first.tenantId, role: 'viewer' }), id)
    await synced(viewer)
    expect(readDraft(viewer.ydoc).document).toEqual(readDraft(a.ydoc).document)
    nodeOf(a.ydoc).set('name', 'For all')
    await until(viewer.ydoc, (document) => nameOf(document) === 'For all')
    nodeOf(viewer.ydoc).set('name', 'By a viewer')
    expect(await viewer.closed).toBe(4403)
    const draft = await host.server.json<Draft>(200, path, { as: first })
    expect(nameOf(draft.document)).toBe('For all')
    leave([a, viewer])
  })
})

describe('a room', () => {
  test('is left for good when the workflow is deleted', async () => {
    const { clients, first, id } = await newDraft(host)
    await host.server.json(204, `/workflows/${id}`, { as: first, method: 'DELETE' })
    expect(await clients[0].closed).toBe(4404)
    leave(clients)
  })

  test('is not opened for a stranger, nor for an unknown workflow', async () => {
    const { clients, id } = await newDraft(host)
    for (const path of [`/workflows/${id}/collab`, '/workflows/unknown/collab']) {
      expect((await openSocket(host.url + path, { as: testIdentity() }).closed).code).toBe(4404)
    }
    leave(clients)
  })

  test('stores everything before the server goes down', async () => {
    const other = await host.server.sibling()
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
    const { server } = host
    const bus = createInProcessBus()
    const servers = [await host.server.sibling({ bus }), await host.server.sibling({ bus })] as const
    const urls = [(await servers[0].listen()).url, (await servers[1].listen()).url] as const
    const as = testIdentity()
    const colleague = testIdentity({ tenantId: as.tenantId })
    const body = { name: 'x', document: greeting }
    const { id } = await host.server.json<{ id: string }>(201, '/workflows', { as, method: 'POST', body })
    const a = await connect({ server, url: urls[0] }, as, id)
    a.provider.awareness.setLocalState({ cursor: { x: 1, y: 1 } })
    await synced(a)
    const b = await connect({ server, url: urls[1] }, colleague, id)
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
    const forged = await rawClient({ server, url: urls[1] }, colleague, id)
    forged.ydoc.clientID = a.ydoc.clientID
    forged.send(encodeUpdate(forged.change(() => nodeOf(forged.ydoc).set('name', 'Forged'))))
    expect((await forged.closed).code).toBe(4422)
    leave([a, b])
    await Promise.all(servers.map((each) => each.close()))
    await bus.close()
  })

  test('store nothing in a workflow that was deleted, though the hint got lost', async () => {
    const deaf = await host.server.sibling()
    const { clients, first, id } = await newDraft(host)
    const writer = await connect({ server: host.server, url: (await deaf.listen()).url }, first, id)
    await synced(writer)
    await host.server.json(204, `/workflows/${id}`, { as: first, method: 'DELETE' })
    nodeOf(writer.ydoc).set('name', 'Too late')
    expect(await writer.closed).toBe(4404)
    await host.server.json(200, `/workflows/${id}/restore`, { as: first, method: 'POST' })
    const draft = await host.server.json<Draft>(200, `/workflows/${id}/draft`, { as: first })
    expect(nameOf(draft.document)).not.toBe('Too late')
    leave([...clients, writer])
    await deaf.close()
  })

  test('make up for hints that got lost when a client joins', async () => {
    const { server } = host
    const deaf = await host.server.sibling()
    const { url: deafUrl } = await deaf.listen()
    const { clients, first, id } = await newDraft(host)
    const b = await connect({ server, url: deafUrl }, first, id)
    await synced(b)
    nodeOf(clients[0].ydoc).set('name', 'Unheard')
    const c = await connect(host, first, id)
    await until(c.ydoc, (document) => nameOf(document) === 'Unheard')
    const d = await connect({ server, url: deafUrl }, first, id)
    await until(d.ydoc, (document) => nameOf(document) === 'Unheard')
    await until(b.ydoc, (document) => nameOf(document) === 'Unheard')
    leave([...clients, b, c, d])
    await deaf.close()
  })
})
