import { NO_TEXT_FIELDS, writeDocument } from '@tenon/core/collab'
import { EMPTY_DOCUMENT, type WorkflowDocument } from '@tenon/core/document'
import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'
import { describe, expect, test } from 'vitest'
import * as Y from 'yjs'
import { inspectUpdate } from './guard-update.ts'

const document: WorkflowDocument = {
  ...EMPTY_DOCUMENT,
  nodes: [
    {
      id: 'start',
      type: 'start',
      typeVersion: 1,
      name: 'Start',
      params: { list: [1, 2] },
      position: { x: 0, y: 0 },
      notes: 'n',
    },
  ],
}

/** A stored draft and a client's copy of it. */
function draft() {
  const server = new Y.Doc()
  writeDocument(server, document, NO_TEXT_FIELDS)
  const client = new Y.Doc()
  Y.applyUpdate(client, Y.encodeStateAsUpdate(server))
  return { server, client }
}

/** What a client sends after a change. */
function change(client: Y.Doc, write: (client: Y.Doc) => void): Uint8Array {
  const before = Y.encodeStateVector(client)
  client.transact(() => write(client))
  return Y.encodeStateAsUpdate(client, before)
}

const node = (ydoc: Y.Doc): Y.Map<unknown> => ydoc.getMap('nodes').get('start') as Y.Map<unknown>
const refused = expect.objectContaining({ code: 'COLLAB_FRAME_INVALID' })

describe('inspectUpdate', () => {
  test.each<[string, (client: Y.Doc) => void]>([
    ['a field', (client) => node(client).set('name', 'Begin')],
    ['a nested param', (client) => (node(client).get('params') as Y.Map<unknown>).set('deep', new Y.Map([['a', 1]]))],
    ['typing', (client) => (node(client).get('notes') as Y.Text).insert(1, 'otes')],
    ['a text attribute', (client) => (node(client).get('notes') as Y.Text).setAttribute('absent', true)],
    [
      'a list item',
      (client) => ((node(client).get('params') as Y.Map<unknown>).get('list') as Y.Array<unknown>).push([3]),
    ],
    ['a position', (client) => client.getArray('positions').push([['start', 4, 5]])],
    ['an edge', (client) => client.getMap('edges').set('a:success>b:in', { source: 'a' })],
    ['a removal', (client) => client.getMap('nodes').delete('start')],
    ['a setting', (client) => client.getMap('settings').set('timeout', '1h')],
  ])('lets %s through, under the id of its client', (_title, write) => {
    const { server, client } = draft()
    const update = change(client, write)
    const verdict = inspectUpdate(server, update)
    expect(verdict.kind).toBe('change')
    const writers = verdict.kind === 'change' ? verdict.clientIds : []
    expect(writers.every((clientId) => clientId === client.clientID)).toBe(true)
    Y.applyUpdate(server, update)
    expect(inspectUpdate(server, update)).toEqual({ kind: 'nothing' })
  })

  test('lets a long offline session through, with what was collected meanwhile', () => {
    const { server, client } = draft()
    const before = Y.encodeStateVector(client)
    const nodes = client.getMap('nodes')
    for (let index = 0; index < 200; index += 1) {
      nodes.set(`n${index}`, new Y.Map<unknown>([['params', new Y.Map([['x', index]])]]))
      if (index % 2 === 0) nodes.delete(`n${index}`)
    }
    const update = Y.encodeStateAsUpdate(client, before)
    expect(Y.decodeUpdate(update).structs.some((struct) => struct instanceof Y.GC)).toBe(true)
    expect(inspectUpdate(server, update).kind).toBe('change')
  })

  test('a whole copy that the server has already changes nothing', () => {
    const { server, client } = draft()
    client.getMap('nodes').delete('start')
    Y.applyUpdate(server, Y.encodeStateAsUpdate(client))
    expect(inspectUpdate(server, Y.encodeStateAsUpdate(client))).toEqual({ kind: 'nothing' })
    expect(inspectUpdate(server, Y.encodeStateAsUpdate(new Y.Doc()))).toEqual({ kind: 'nothing' })
  })

  test.each<[string, (client: Y.Doc) => void]>([
    ['an unknown root', (client) => client.getMap('evil').set('a', 1)],
    ['meta', (client) => client.getMap('meta').set('genesis', 1)],
    ['a list where the root is a map', (client) => client.getArray('nodes').push([1])],
    ['a map where the root is a list', (client) => client.getMap('positions').set('a', 1)],
    ['a removal from meta', (client) => client.getMap('meta').delete('genesis')],
    ['bytes', (client) => client.getMap('settings').set('a', new Uint8Array(4))],
    ['a document in the document', (client) => client.getMap('nodes').set('a', new Y.Doc())],
    ['an XML element', (client) => client.getMap('nodes').set('a', new Y.XmlElement('script'))],
    ['an XML text', (client) => client.getMap('nodes').set('a', new Y.XmlText('x'))],
    ['formatted text', (client) => (node(client).get('notes') as Y.Text).insert(0, 'x', { bold: true })],
    ['an embed', (client) => (node(client).get('notes') as Y.Text).insertEmbed(0, { image: 'x' })],
    ['undefined', (client) => client.getMap('settings').set('a', undefined)],
    ['NaN', (client) => client.getMap('settings').set('a', Number.NaN)],
    ['a bigint', (client) => client.getMap('settings').set('a', 1n)],
    ['a forbidden key', (client) => node(client).set('__proto__', 1)],
    [
      'a forbidden key inside a value',
      (client) => client.getMap('settings').set('a', JSON.parse('[{"__proto__":{"a":1}}]')),
    ],
    ['an endless key', (client) => client.getMap('edges').set('k'.repeat(401), 1)],
    ['a deep value', (client) => client.getMap('settings').set('a', JSON.parse(`${'['.repeat(80)}${']'.repeat(80)}`))],
  ])('refuses %s', (_title, write) => {
    const { server, client } = draft()
    const update = change(client, write)
    expect(() => inspectUpdate(server, update)).toThrow(refused)
  })

  test('refuses types nested deeper than any params', () => {
    const { server, client } = draft()
    const update = change(client, () => {
      let map = node(client).get('params') as Y.Map<unknown>
      for (let level = 0; level < 25; level += 1) map = map.set('a', new Y.Map<unknown>())
    })
    expect(() => inspectUpdate(server, update)).toThrow(refused)
  })

  test('refuses deep nesting in steps, too', () => {
    const { server, client } = draft()
    const outcomes: string[] = []
    let map = node(client).get('params') as Y.Map<unknown>
    for (let level = 0; level < 25; level += 1) {
      const parent = map
      const update = change(client, () => {
        map = parent.set('a', new Y.Map<unknown>())
      })
      try {
        outcomes.push(inspectUpdate(server, update).kind)
        Y.applyUpdate(server, update)
      } catch {
        outcomes.push('refused')
        break
      }
    }
    expect(outcomes.at(-1)).toBe('refused')
    expect(outcomes.length).toBeLessThan(21)
  })

  test('what builds on something unknown has to wait', () => {
    const { server, client } = draft()
    const first = change(client, () => node(client).set('name', 'A'))
    const second = change(client, () => node(client).set('name', 'B'))
    expect(inspectUpdate(server, second)).toEqual({ kind: 'missing' })
    Y.applyUpdate(server, first)
    expect(inspectUpdate(server, second).kind).toBe('change')
  })

  test('an item next to one of another client that never came has to wait', () => {
    const { server, client } = draft()
    const other = new Y.Doc()
    Y.applyUpdate(other, Y.encodeStateAsUpdate(server))
    change(other, () => (node(other).get('notes') as Y.Text).insert(0, 'hidden '))
    Y.applyUpdate(client, Y.encodeStateAsUpdate(other))
    const update = change(client, () => (node(client).get('notes') as Y.Text).insert(3, 'x'))
    expect(inspectUpdate(server, update)).toEqual({ kind: 'missing' })
  })

  test('deletions ahead of a clock, which would swallow what comes, have to wait', () => {
    const { server, client } = draft()
    const update = deleteSetOnly(client.clientID, 0, 1_000)
    expect(inspectUpdate(server, update)).toEqual({ kind: 'missing' })
  })

  test.each([
    ['a negative length', deleteSetOnly(7, 0, 0)],
    ['nothing at all', new Uint8Array()],
    ['noise', new Uint8Array([1, 255, 255, 255, 255, 15, 9, 9, 9])],
    ['text', new TextEncoder().encode('{"op":"add_node"}')],
    ['too much', new Uint8Array(2_000_000)],
  ])('refuses %s', (_title, update) => {
    expect(() => inspectUpdate(draft().server, update)).toThrow(refused)
  })

  test('random bytes and cut or bent updates give a verdict or a typed refusal', () => {
    const { server, client } = draft()
    const update = change(client, () => {
      node(client).set('name', 'A')
      client.getMap('nodes').set('b', new Y.Map([['params', new Y.Map()]]))
    })
    let seed = 7
    const random = (below: number): number => {
      seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31
      return seed % below
    }
    for (let round = 0; round < 3_000; round += 1) {
      const bent = update.slice(0, round % 3 === 0 ? random(update.length) : update.length)
      for (let hit = 0; hit < 3 && bent.length > 0; hit += 1) bent[random(bent.length)] = random(256)
      try {
        inspectUpdate(server, bent)
      } catch (error) {
        expect(error).toEqual(refused)
      }
    }
  })

  test('links that go round in a circle lead nowhere', () => {
    const { server, client } = draft()
    const update = change(client, () => client.getArray('positions').push([[1], [2]]))
    const [item] = Y.decodeUpdate(update).structs
    expect(item).toBeInstanceOf(Y.Item)
    const circle = circularUpdate(client.clientID)
    expect(inspectUpdate(server, circle)).toEqual({ kind: 'missing' })
  })

  test('names the client that wrote, not the one that is connected', () => {
    const { server, client } = draft()
    const forged = new Y.Doc()
    forged.clientID = 4_242
    Y.applyUpdate(forged, Y.encodeStateAsUpdate(client))
    const update = change(forged, () => node(forged).set('name', 'x'))
    expect(inspectUpdate(server, update)).toEqual({ kind: 'change', clientIds: [4_242] })
  })
})

function deleteSetOnly(client: number, clock: number, length: number): Uint8Array {
  const encoder = encoding.createEncoder()
  encoding.writeVarUint(encoder, 0)
  for (const value of [1, client, 1, clock, length]) encoding.writeVarUint(encoder, value)
  return encoding.toUint8Array(encoder)
}

/** Two items, each of which says that it is right of the other. */
function circularUpdate(client: number): Uint8Array {
  const encoder = encoding.createEncoder()
  for (const value of [1, 2, client, 0]) encoding.writeVarUint(encoder, value)
  for (const origin of [1, 0]) {
    // Content "any" with a left origin: info, origin, count of values, the values.
    encoding.writeUint8(encoder, 8 | 128)
    encoding.writeVarUint(encoder, client)
    encoding.writeVarUint(encoder, origin)
    encoding.writeVarUint(encoder, 1)
    encoding.writeAny(encoder, 1)
  }
  encoding.writeVarUint(encoder, 0)
  const update = encoding.toUint8Array(encoder)
  expect(decoding.createDecoder(update).arr.byteLength).toBeGreaterThan(0)
  return update
}
