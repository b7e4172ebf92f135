import { describe, expect, test } from 'vitest'
import * as Y from 'yjs'
import { apply, askIn, pair, sample, seeded } from '../../test/drafts.ts'
import { edge, node, workflow } from '../testing/index.ts'
import { genesisOf, readDraft } from './index.ts'

describe('readDraft', () => {
  test('reads an empty Y.Doc as an empty document', () => {
    expect(readDraft(new Y.Doc()).document.nodes).toEqual([])
    expect(genesisOf(new Y.Doc())).toBeNull()
  })

  test('knows under which client id the draft was seeded', () => {
    const ydoc = seeded()
    expect(genesisOf(ydoc)).toBe(ydoc.clientID)
  })

  test('takes the rightmost position of a node, and none of nodes that are gone', () => {
    const ydoc = seeded()
    ydoc.getArray('positions').push([['ask', 1, 2], ['gone', 0, 0], ['ask', 3, 4, 5, 6], ['log', 'x', 0], 'log'])
    const { document, repairs } = readDraft(ydoc)
    expect(document.nodes[0]).toMatchObject({ position: { x: 3, y: 4 }, size: { width: 5, height: 6 } })
    expect(document.nodes[1]?.position).toEqual(sample.nodes[1]?.position)
    expect(repairs).toEqual([])
  })

  test('puts a node without a position at the origin', () => {
    const ydoc = seeded()
    ydoc.getArray('positions').delete(0, 2)
    expect(readDraft(ydoc).document.nodes[0]?.position).toEqual({ x: 0, y: 0 })
  })

  test('breaks ties of the order by id, whichever came first', () => {
    const { a, b, meet } = pair(workflow([node('m', 'set')]))
    apply(a, { op: 'add_node', node: node('z', 'set') })
    apply(b, { op: 'add_node', node: node('y', 'set') })
    expect(meet().nodes.map(({ id }) => id)).toEqual(['m', 'y', 'z'])
    apply(a, { op: 'add_node', node: node('n', 'set') }, { op: 'place_node', nodeId: 'n', before: 'z' })
    expect(meet().nodes.map(({ id }) => id)).toEqual(['m', 'y', 'n', 'z'])
  })

  test('lifts the smallest of nodes that two people put inside each other', () => {
    const { a, b, meet } = pair(workflow([node('x', 'set'), node('y', 'set'), node('z', 'set')]))
    apply(
      a,
      { op: 'update_node', nodeId: 'x', set: { parentId: 'y' } },
      { op: 'update_node', nodeId: 'z', set: { parentId: 'x' } },
    )
    apply(b, { op: 'update_node', nodeId: 'y', set: { parentId: 'x' } })
    expect(meet().nodes.map(({ parentId }) => parentId)).toEqual([undefined, 'x', 'x'])
    expect(readDraft(a)).toMatchObject({
      repairs: ['Node x moved to the top level: it contained itself'],
      losses: [],
    })
  })

  test('deletion wins over a change, and takes edges along', () => {
    const { a, b, meet } = pair()
    apply(a, { op: 'remove_node', nodeId: 'log' })
    apply(b, { op: 'update_node', nodeId: 'log', set: { name: 'Log' } }, { op: 'add_edge', edge: edge('log>ask') })
    expect(meet()).toMatchObject({ nodes: [{ id: 'ask' }], edges: [] })
    expect(readDraft(a)).toMatchObject({
      repairs: ['Edge log:success>ask:in removed: node log is missing'],
      losses: [],
    })
  })

  test('leaves out what cannot be read, and says so', () => {
    const ydoc = seeded({ ...sample, settings: { description: 'kept' } })
    const nodes = ydoc.getMap<unknown>('nodes')
    const ask = nodes.get('ask') as Y.Map<unknown>
    const params = ask.get('params') as Y.Map<unknown>
    nodes.set('broken', 'x')
    nodes.set('untyped', new Y.Map([['type', 'Nope']]))
    nodes.set('bad id', new Y.Map([['type', 'set']]))
    ask.set('parentId', 'gone')
    ask.set(
      'policy',
      new Y.Map<unknown>([
        ['timeout', 'soon'],
        ['retry', { maximumAttempts: 2 }],
      ]),
    )
    ask.set(
      'keyOrder',
      new Y.Map<unknown>([
        ['/value', ['b', 'a']],
        ['value', ['c']],
        ['/title', 5],
      ]),
    )
    params.set('Bad', 1)
    params.set('value', new Uint8Array(1))
    params.set('title', 'x'.repeat(300_000))
    ydoc.getMap('edges').set('log:success>ask:in', { source: 'ask' })
    ydoc.getMap('variables').set('nope', 1)
    ydoc.getMap('variables').set('odd', { value: 1, schema: 5 })
    ydoc.getMap('annotations').set('flat', 1)
    ydoc.getMap('settings').set('timeout', 'never')
    ydoc.getMap<Y.Map<unknown>>('annotations').get('n')?.set('color', 7)
    const { document, repairs, losses } = readDraft(ydoc)
    expect(losses.map(({ message }) => message)).toEqual(repairs.filter((sentence) => !sentence.includes('moved')))
    expect(repairs).toEqual([
      'Node ask policy.timeout cannot be read: it is not a valid policy value',
      'Node ask key order /title cannot be read: it is not a list of keys',
      'Node ask key order value cannot be read: it is not a list of keys',
      'Node ask params.title cut to 262144 characters',
      'Node ask params.value cannot be read: it is not a JSON value',
      'Node ask params.Bad cannot be read: the name is not a valid param name',
      'Node bad id cannot be read: it is not a node',
      'Node broken cannot be read: it is not a node',
      'Node untyped cannot be read: its type is missing or invalid',
      'Node ask moved to the top level: the node around it, gone, is missing',
      'Edge log:success>ask:in cannot be read: it is not an edge',
      'Variable nope cannot be read: it is not a variable',
      'Annotation flat cannot be read: it is not an annotation',
      'Setting timeout cannot be read: it is not a valid setting',
    ])
    expect(askIn(document)).toMatchObject({
      policy: { retry: { maximumAttempts: 2 } },
      keyOrder: { '/value': ['b', 'a'] },
    })
    expect(document.variables).toEqual([{ name: 'odd', value: 1 }])
    expect(document.settings).toEqual({ description: 'kept' })
    expect(document.annotations[0]).not.toHaveProperty('color')
  })

  test('gives objects their keys in the order of the author, also in drafts that had no orders', () => {
    const ydoc = seeded()
    ydoc.getMap<Y.Map<unknown>>('nodes').get('ask')?.delete('keyOrder')
    const paramsText = () => JSON.stringify(askIn(readDraft(ydoc).document)?.params.value)
    apply(ydoc, { op: 'set_param', nodeId: 'ask', path: ['value'], value: { c: 1, b: 2, a: { y: 1, x: 2 } } })
    expect(paramsText()).toBe('{"a":{"x":2,"y":1},"b":2,"c":1}')
    apply(ydoc, { op: 'set_key_order', nodeId: 'ask', pointer: '/value', keys: ['c', 'a'] })
    apply(ydoc, { op: 'set_key_order', nodeId: 'ask', pointer: '/value/a', keys: ['y'] })
    expect(paramsText()).toBe('{"c":1,"a":{"y":1,"x":2},"b":2}')
  })

  test('leaves out params and a policy that are no objects', () => {
    const ydoc = seeded()
    const ask = ydoc.getMap<Y.Map<unknown>>('nodes').get('ask')
    ask?.set('params', [1])
    ask?.set('policy', 'none')
    ask?.set('keyOrder', ['none'])
    ask?.set('name', 5)
    ask?.delete('notes')
    expect(askIn(readDraft(ydoc).document)).toEqual({
      id: 'ask',
      type: 'draft',
      typeVersion: 1,
      name: '',
      params: {},
      position: sample.nodes[0]?.position,
    })
    ask?.delete('params')
    expect(readDraft(ydoc).repairs).toEqual([
      'Node ask policy cannot be read: it is not an object',
      'Node ask key order cannot be read: it is not an object',
    ])
    ask?.delete('policy')
    ask?.delete('keyOrder')
    expect(readDraft(ydoc).repairs).toEqual([])
  })

  test('puts a sign in place of a lone surrogate, and cuts long names', () => {
    const ydoc = seeded()
    const ask = ydoc.getMap<Y.Map<unknown>>('nodes').get('ask')
    ask?.set('name', 'n'.repeat(300))
    const params = ask?.get('params') as Y.Map<unknown> | undefined
    params?.set('value', 'x\ud800y')
    expect(askIn(readDraft(ydoc).document)).toMatchObject({ name: 'n'.repeat(200), params: { value: 'x\ufffdy' } })
    ask?.set('name', `${'n'.repeat(199)}😀`)
    expect(askIn(readDraft(ydoc).document)?.name).toBe('n'.repeat(199))
  })

  test('leaves out what is nested too deep, shared or plain', () => {
    const ydoc = seeded()
    const params = ydoc.getMap<Y.Map<Y.Map<unknown>>>('nodes').get('ask')?.get('params')
    const nested = (levels: number): unknown => (levels === 0 ? 1 : { x: nested(levels - 1) })
    params?.set('value', nested(15))
    expect(readDraft(ydoc).repairs).toEqual([])
    params?.set('value', nested(16))
    expect(readDraft(ydoc).repairs).toEqual([
      `Node ask params.value${'.x'.repeat(15)} cannot be read: it is nested too deep`,
    ])
  })

  test('keeps the index of list items, and names of keys that can be stored', () => {
    const ydoc = seeded()
    const params = ydoc.getMap<Y.Map<Y.Map<unknown>>>('nodes').get('ask')?.get('params')
    params?.set('cases', [new Uint8Array(1), 'b', undefined])
    params?.set('value', { ['k'.repeat(201)]: 1, 'n\0': 1, '\ud800': 1, gone: undefined, kept: 1 })
    expect(askIn(readDraft(ydoc).document)?.params).toMatchObject({ cases: [null, 'b', null], value: { kept: 1 } })
    params?.set('cases', Array(10_001).fill(0))
    params?.set('value', Object.fromEntries(Array.from({ length: 10_001 }, (_, index) => [`k${index}`, 0])))
    const { document, repairs } = readDraft(ydoc)
    expect(askIn(document)?.params.cases).toHaveLength(10_000)
    expect(Object.keys(askIn(document)?.params.value ?? {})).toHaveLength(10_000)
    expect(repairs).toHaveLength(2)
  })

  test('takes no more than a document may have, and counts what it leaves out', () => {
    const ydoc = new Y.Doc()
    const variables = ydoc.getMap('variables')
    for (let index = 0; index < 1_200; index++) variables.set(`v${index}`, { value: 1, order: 'a0' })
    for (let index = 0; index < 150; index++) ydoc.getMap('nodes').set(`n${index}`, 1)
    const { document, repairs, losses } = readDraft(ydoc)
    expect(document.variables).toHaveLength(1_000)
    expect(repairs).toHaveLength(101)
    expect(repairs.at(-1)).toBe('and 250 more')
    expect(losses).toHaveLength(100)
  })

  test('reads nothing where a root is of another kind', () => {
    const ydoc = new Y.Doc()
    ydoc.getArray('nodes')
    ydoc.getMap('positions')
    expect(readDraft(ydoc).document.nodes).toEqual([])
  })

  test('reads roots that arrived before anything asked for them', () => {
    const other = new Y.Doc()
    Y.applyUpdate(other, Y.encodeStateAsUpdate(seeded()))
    expect(readDraft(other).document).toEqual(readDraft(seeded()).document)
  })
})
