import type { Draft } from '@tenon/core/api'
import { NO_TEXT_FIELDS, writeDocument } from '@tenon/core/collab'
import * as decoding from 'lib0/decoding'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import * as Y from 'yjs'
import { encodeAwareness, encodeSyncStep1, encodeUpdate } from '../collab/frames.ts'
import {
  connect,
  type DraftServer,
  leave,
  nameOf,
  newDraft,
  nodeOf,
  rawClient,
  until,
} from '../testing/kit/draft-client.ts'
import { greeting } from '../testing/kit/sample-workflows.ts'
import { openTestServer } from '../testing/kit/test-server.ts'
import { testIdentity } from '../testing/test-identity.ts'

let host: DraftServer

beforeAll(async () => {
  const server = await openTestServer()
  host = { server, url: (await server.listen()).url }
})
afterAll(() => host.server.close())

describe('the guard', () => {
  test("an update under another user's client id is refused, and that user continues to write", async () => {
    const { clients, first, id, path } = await newDraft(host)
    const [a] = clients
    nodeOf(a.ydoc).set('name', 'By a')
    const mallory = await rawClient(host, testIdentity({ tenantId: first.tenantId }), id)
    mallory.ydoc.clientID = a.ydoc.clientID
    mallory.send(encodeUpdate(mallory.change(() => nodeOf(mallory.ydoc).set('name', 'Forged'))))
    expect((await mallory.closed).code).toBe(4422)
    nodeOf(a.ydoc).set('name', 'Still by a')
    const b = await connect(host, first, id)
    await until(b.ydoc, (document) => nameOf(document) === 'Still by a')
    expect(nameOf((await host.server.json<Draft>(200, path, { as: first })).document)).toBe('Still by a')
    leave([a, b])
  })

  test('a user who is present keeps their id, even before they have written', async () => {
    const { clients, first, id } = await newDraft(host)
    const [a] = clients
    a.provider.awareness.setLocalState({ cursor: { x: 1, y: 1 } })
    const mallory = await rawClient(host, testIdentity({ tenantId: first.tenantId }), id)
    await mallory.until((frames) => frames.some((frame) => frame[0] === 1))
    mallory.ydoc.clientID = a.ydoc.clientID
    mallory.send(encodeUpdate(mallory.change(() => nodeOf(mallory.ydoc).set('name', 'Forged'))))
    expect((await mallory.closed).code).toBe(4422)
    nodeOf(a.ydoc).set('name', 'By a')
    const b = await connect(host, first, id)
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
    const { clients, first, id } = await newDraft(host, 2)
    const mallory = await rawClient(host, testIdentity({ tenantId: first.tenantId }), id)
    mallory.socket.send(frame)
    expect((await mallory.closed).code).toBe(4422)
    nodeOf(clients[0].ydoc).set('name', 'Goes on')
    await until(clients[1].ydoc, (document) => nameOf(document) === 'Goes on')
    leave(clients)
  })

  test('a flood is closed with 4529', async () => {
    const { clients, first, id } = await newDraft(host)
    const mallory = await rawClient(host, testIdentity({ tenantId: first.tenantId }), id)
    for (let index = 0; index < 400; index += 1) mallory.send(new Uint8Array([3]))
    expect((await mallory.closed).code).toBe(4529)
    leave(clients)
  })

  test('no user writes the presence of others', async () => {
    const { clients, first, id } = await newDraft(host, 2)
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
    const mallory = await rawClient(host, testIdentity({ tenantId: first.tenantId }), id)
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

  test('an update that cannot be applied yet waits for the one that it builds on', async () => {
    const { clients, first, id } = await newDraft(host)
    const [a] = clients
    const peer = await rawClient(host, testIdentity({ tenantId: first.tenantId }), id)
    const one = peer.change(() => nodeOf(peer.ydoc).set('name', 'One'))
    const two = peer.change(() => nodeOf(peer.ydoc).set('name', 'Two'))
    peer.send(encodeUpdate(two))
    peer.send(encodeUpdate(one))
    await until(a.ydoc, (document) => nameOf(document) === 'Two')
    peer.socket.close()
    leave([a])
  })

  test('a client with a document of an earlier life is closed with a code of its own', async () => {
    const { clients, first, id } = await newDraft(host)
    const other = new Y.Doc()
    writeDocument(other, greeting, NO_TEXT_FIELDS)
    const stray = await connect(host, first, id, other)
    expect(await stray.closed).toBe(4409)
    leave([...clients, stray])
  })
})

describe('tenon.v1', () => {
  test('reports the clock up to which everything is stored', async () => {
    const { clients, first, id } = await newDraft(host)
    const peer = await rawClient(host, testIdentity({ tenantId: first.tenantId }), id, ['tenon.v1'])
    expect(peer.socket.protocol).toBe('tenon.v1')
    peer.send(encodeUpdate(peer.change(() => nodeOf(peer.ydoc).set('name', 'Saved'))))
    const clock = Y.decodeStateVector(Y.encodeStateVector(peer.ydoc)).get(peer.ydoc.clientID) ?? 0
    await peer.until((frames) => frames.some((frame) => savedClock(frame, peer.ydoc.clientID) === clock))
    const draft = await host.server.json<Draft>(200, `/workflows/${id}/draft`, { as: first })
    expect(nameOf(draft.document)).toBe('Saved')
    peer.socket.close()
    leave(clients)
  })

  test('reports how many updates are stored, for a deletion moves no clock', async () => {
    const { clients, first, id } = await newDraft(host)
    const peer = await rawClient(host, testIdentity({ tenantId: first.tenantId }), id, ['tenon.v1'])
    const deletion = peer.change(() => peer.ydoc.getMap('nodes').delete('end'))
    peer.send(encodeUpdate(deletion))
    await peer.until((frames) => frames.some((frame) => savedCount(frame) === 1))
    const draft = await host.server.json<Draft>(200, `/workflows/${id}/draft`, { as: first })
    expect(draft.document.nodes.map((node) => node.id)).toEqual(['start', 'greet'])
    const one = peer.change(() => nodeOf(peer.ydoc).set('name', 'One'))
    const two = peer.change(() => nodeOf(peer.ydoc).set('name', 'Two'))
    // One that waits for another is not counted before it is stored; one that is known already is.
    for (const update of [two, deletion, one]) peer.send(encodeUpdate(update))
    await peer.until((frames) => frames.some((frame) => savedCount(frame) === 4))
    expect(nameOf((await host.server.json<Draft>(200, `/workflows/${id}/draft`, { as: first })).document)).toBe('Two')
    peer.socket.close()
    leave(clients)
  })

  test('a stock client gets no frame that it does not know', async () => {
    const { clients, first, id } = await newDraft(host)
    const peer = await rawClient(host, testIdentity({ tenantId: first.tenantId }), id)
    peer.send(encodeUpdate(peer.change(() => nodeOf(peer.ydoc).set('name', 'x'))))
    await until(clients[0].ydoc, (document) => nameOf(document) === 'x')
    expect(peer.frames.every((frame) => (frame[0] ?? 0) < 4)).toBe(true)
    peer.socket.close()
    leave(clients)
  })
})

function savedCount(frame: Uint8Array): number | undefined {
  const decoder = decoding.createDecoder(frame)
  if (decoding.readVarUint(decoder) !== 100) return undefined
  decoding.readVarUint8Array(decoder)
  return decoding.readVarUint(decoder)
}

function savedClock(frame: Uint8Array, clientId: number): number | undefined {
  const decoder = decoding.createDecoder(frame)
  if (decoding.readVarUint(decoder) !== 100) return undefined
  return Y.decodeStateVector(decoding.readVarUint8Array(decoder)).get(clientId)
}
