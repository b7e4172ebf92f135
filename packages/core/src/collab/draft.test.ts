import { describe, expect, test } from 'vitest'
import * as Y from 'yjs'
import { TEXT_MANIFEST } from '../../test/arbitraries.ts'
import type { DocumentOperation, Json, WorkflowDocument } from '../document/index.ts'
import { edge, node, withPolicy, workflow } from '../testing/index.ts'
import {
  annotationText,
  applyOperationsToDraft,
  draftUndoScope,
  genesisOf,
  isFinalCloseCode,
  notesText,
  paramText,
  readDraft,
  textFieldsOf,
  writeDocument,
} from './index.ts'

const fields = textFieldsOf({ nodes: TEXT_MANIFEST.nodes as never })

const sample = workflow(
  [
    node(
      'ask',
      'draft',
      {
        prompt: 'Hello',
        cases: [
          { id: 'x', title: 'One' },
          { id: 'y', title: 'Two' },
        ],
      },
      { notes: 'n' },
    ),
    withPolicy(node('log', 'set', { value: { text: 'plain' } }), { timeout: '1s' }),
  ],
  ['ask>log'],
  { annotations: [{ id: 'n', kind: 'note', rect: { x: 0, y: 0, width: 1, height: 1 }, text: 'hi' }] },
)

function seeded(document: WorkflowDocument = sample): Y.Doc {
  const ydoc = new Y.Doc()
  writeDocument(ydoc, document, fields)
  return ydoc
}

/** Two people with the same draft, and a way to bring them together. */
function pair(document: WorkflowDocument = sample) {
  const a = seeded(document)
  const b = new Y.Doc()
  Y.applyUpdate(b, Y.encodeStateAsUpdate(a))
  const meet = () => {
    const [fromA, fromB] = [Y.encodeStateAsUpdate(a), Y.encodeStateAsUpdate(b)]
    Y.applyUpdate(a, fromB)
    Y.applyUpdate(b, fromA)
    expect(readDraft(a)).toEqual(readDraft(b))
    return readDraft(a).document
  }
  return { a, b, meet }
}

const apply = (ydoc: Y.Doc, ...operations: DocumentOperation[]) => applyOperationsToDraft(ydoc, operations, fields)
const setParam = (path: (string | number)[], value: string): DocumentOperation => ({
  op: 'set_param',
  nodeId: 'ask',
  path,
  value,
})
const askIn = (document: WorkflowDocument) => document.nodes.find(({ id }) => id === 'ask')

describe('texts that are edited by character', () => {
  test('merge what two people write, in params, list items, notes and annotations', () => {
    const { a, b, meet } = pair()
    paramText(a, 'ask', ['prompt'])?.insert(5, ' Ada')
    apply(b, setParam(['prompt'], 'Well: Hello'), setParam(['cases', 1, 'title'], 'Two!'))
    paramText(a, 'ask', ['cases', 1, 'title'])?.insert(0, 'No. ')
    notesText(a, 'ask')?.insert(1, 'ote')
    apply(b, { op: 'update_node', nodeId: 'ask', set: { notes: 'My n' } })
    annotationText(a, 'n')?.insert(2, '!')
    const merged = meet()
    expect(askIn(merged)?.params).toMatchObject({ prompt: 'Well: Hello Ada', cases: [{}, { title: 'No. Two!' }] })
    expect(askIn(merged)?.notes).toBe('My note')
    expect(merged.annotations[0]?.text).toBe('hi!')
  })

  test('merge also when both begin a param that was not there', () => {
    const { a, b, meet } = pair()
    paramText(a, 'ask', ['title'])?.insert(0, 'from a')
    apply(b, setParam(['title'], 'from b'))
    expect(askIn(meet())?.params.title).toMatch(/^from afrom b$|^from bfrom a$/)
  })

  test('are absent while they are empty, unless set to an empty text', () => {
    const ydoc = seeded()
    expect(readDraft(ydoc).document.nodes[0]?.params).not.toHaveProperty('title')
    apply(ydoc, setParam(['title'], ''))
    expect(readDraft(ydoc).document.nodes[0]?.params.title).toBe('')
    apply(ydoc, { op: 'unset_param', nodeId: 'ask', path: ['title'] })
    expect(readDraft(ydoc).document.nodes[0]?.params).not.toHaveProperty('title')
    expect(paramText(ydoc, 'ask', ['title'])).toBeInstanceOf(Y.Text)
  })

  test('become shared where another kind of value stood', () => {
    const ydoc = seeded()
    apply(ydoc, { op: 'set_param', nodeId: 'ask', path: ['prompt'], value: 5 })
    expect(paramText(ydoc, 'ask', ['prompt'])).toBeUndefined()
    apply(ydoc, setParam(['prompt'], 'five'))
    expect(paramText(ydoc, 'ask', ['prompt'])?.toString()).toBe('five')
  })

  test('are found by their path only', () => {
    const ydoc = seeded()
    expect(paramText(ydoc, 'ask', ['cases', 'x'])).toBeUndefined()
    expect(paramText(ydoc, 'log', ['value', 'text'])).toBeUndefined()
    expect(paramText(ydoc, 'nobody', ['prompt'])).toBeUndefined()
    expect(notesText(new Y.Doc(), 'ask')).toBeUndefined()
  })
})

describe('applyOperationsToDraft', () => {
  test('is one transaction of the origin given, and one step of undo', () => {
    const ydoc = seeded()
    const origin = {}
    const undo = new Y.UndoManager(draftUndoScope(ydoc), { trackedOrigins: new Set([origin]) })
    const origins: unknown[] = []
    ydoc.on('afterTransaction', (transaction: Y.Transaction) => origins.push(transaction.origin))
    const before = readDraft(ydoc).document
    const operations: DocumentOperation[] = [
      { op: 'remove_node', nodeId: 'log' },
      { op: 'move_nodes', moves: [{ nodeId: 'ask', position: { x: 9, y: 9 } }] },
      { op: 'set_setting', key: 'durability', value: 'strict' },
    ]
    const result = applyOperationsToDraft(ydoc, operations, fields, origin)
    expect(origins).toEqual([origin])
    expect(result.before).toEqual(before)
    expect(result.document).toEqual(readDraft(ydoc).document)
    undo.undo()
    expect(readDraft(ydoc).document).toEqual(before)
  })

  test('writes nothing when an operation does not fit', () => {
    const ydoc = seeded()
    const before = Y.encodeStateAsUpdate(ydoc)
    const bad: DocumentOperation[] = [setParam(['prompt'], 'x'), { op: 'remove_node', nodeId: 'nobody' }]
    expect(() => apply(ydoc, ...bad)).toThrow(expect.objectContaining({ code: 'OPERATION_INVALID' }))
    expect(Y.encodeStateAsUpdate(ydoc)).toEqual(before)
  })

  test('writes nothing when a value stays as it is', () => {
    const ydoc = seeded()
    const before = Y.encodeStateVector(ydoc)
    apply(
      ydoc,
      setParam(['prompt'], 'Hello'),
      { op: 'set_param', nodeId: 'log', path: ['value'], value: { text: 'plain' } },
      { op: 'set_policy', nodeId: 'log', field: 'timeout', value: '1s' },
      { op: 'update_node', nodeId: 'ask', set: { name: 'ask', notes: 'n' } },
    )
    expect(Y.encodeStateVector(ydoc)).toEqual(before)
  })

  test('keeps positions short: each move replaces the entry of the node', () => {
    const ydoc = seeded()
    for (let x = 0; x < 200; x++) apply(ydoc, { op: 'move_nodes', moves: [{ nodeId: 'ask', position: { x, y: 0 } }] })
    expect(ydoc.getArray('positions').length).toBe(2)
    expect(Y.encodeStateAsUpdate(ydoc).length).toBeLessThan(3_000)
  })

  test('keeps what another person changed inside a value that is set as a whole', () => {
    const { a, b, meet } = pair()
    const cases = [{ id: 'x', title: 'One' }, { id: 'y', title: 'Two' }, { id: 'z' }]
    apply(a, { op: 'set_param', nodeId: 'ask', path: ['cases'], value: cases })
    paramText(b, 'ask', ['cases', 0, 'title'])?.insert(3, ' (1)')
    expect(askIn(meet())?.params.cases).toEqual([{ id: 'x', title: 'One (1)' }, ...cases.slice(1)])
  })

  test('goes on inside values that were stored as plain JSON', () => {
    const ydoc = seeded()
    const params = ydoc.getMap<Y.Map<Y.Map<unknown>>>('nodes').get('ask')?.get('params')
    params?.set('cases', [{ id: 'x', title: 'One' }, [1]])
    params?.set('value', { k: { deep: [1, 2] } })
    apply(
      ydoc,
      setParam(['cases', 0, 'title'], 'Eins'),
      { op: 'insert_param_item', nodeId: 'ask', path: ['cases', 1, 0], value: 0 },
      { op: 'remove_param_item', nodeId: 'ask', path: ['value', 'k', 'deep', 0] },
      { op: 'unset_param', nodeId: 'ask', path: ['cases', 0, 'id'] },
    )
    ydoc
      .getMap<Y.Map<Y.Map<Y.Array<unknown>>>>('nodes')
      .get('ask')
      ?.get('params')
      ?.get('cases')
      ?.push([[8]])
    apply(ydoc, { op: 'set_param', nodeId: 'ask', path: ['cases', 2, 0], value: 9 })
    expect(askIn(readDraft(ydoc).document)?.params).toMatchObject({
      cases: [{ title: 'Eins' }, [0, 1], [9]],
      value: { k: { deep: [2] } },
    })
    expect(paramText(ydoc, 'ask', ['cases', 0, 'title'])?.toString()).toBe('Eins')
  })

  test('makes params, policy, notes and texts anew where something else lies in their place', () => {
    const ydoc = seeded()
    const nodes = ydoc.getMap<Y.Map<unknown>>('nodes')
    for (const field of ['params', 'policy', 'notes']) nodes.get('ask')?.set(field, 'broken')
    ydoc.getMap<Y.Map<unknown>>('annotations').get('n')?.set('text', 'flat')
    const [note] = sample.annotations
    if (note === undefined) throw new Error('the sample has a note')
    apply(
      ydoc,
      setParam(['prompt'], 'again'),
      { op: 'set_policy', nodeId: 'ask', field: 'timeout', value: '2s' },
      { op: 'update_node', nodeId: 'ask', set: { notes: 'new' } },
      { op: 'set_annotation', id: 'n', annotation: { ...note, text: 'shared', color: 'blue' } },
    )
    expect(askIn(readDraft(ydoc).document)).toMatchObject({
      params: { prompt: 'again' },
      policy: { timeout: '2s' },
      notes: 'new',
    })
    expect(notesText(ydoc, 'ask')?.toString()).toBe('new')
    expect(annotationText(ydoc, 'n')?.toString()).toBe('shared')
  })

  test('gives a variable its place again where something else lies under its name', () => {
    const ydoc = seeded({
      ...sample,
      variables: [
        { name: 'a', value: 1 },
        { name: 'b', value: 2 },
      ],
    })
    ydoc.getMap('variables').set('a', 'broken')
    apply(ydoc, { op: 'set_variable', name: 'a', variable: { name: 'a', value: 3 } })
    expect(readDraft(ydoc).document.variables).toEqual([
      { name: 'b', value: 2 },
      { name: 'a', value: 3 },
    ])
  })

  test('gives variables their order anew where a key of theirs is broken', () => {
    const ydoc = seeded({ ...sample, variables: [{ name: 'a', value: 1 }] })
    ydoc.getMap('variables').set('b', { value: 2, order: '!' })
    apply(ydoc, { op: 'set_variable', name: 'c', variable: { name: 'c', value: 3 } })
    expect(readDraft(ydoc).document.variables.map(({ name }) => name)).toEqual(['a', 'b', 'c'])
  })

  test('sets a list over one that holds what cannot be read', () => {
    const ydoc = seeded()
    const cases = ydoc.getMap<Y.Map<Y.Map<Y.Array<unknown>>>>('nodes').get('ask')?.get('params')?.get('cases')
    cases?.push([new Uint8Array(1)])
    apply(ydoc, { op: 'set_param', nodeId: 'ask', path: ['cases'], value: [1, null, 2] })
    expect(readDraft(ydoc)).toMatchObject({
      document: { nodes: [{ params: { cases: [1, null, 2] } }, {}] },
      repairs: [],
    })
  })

  test('sets an object over another by its members', () => {
    const ydoc = seeded()
    apply(ydoc, { op: 'set_param', nodeId: 'log', path: ['value'], value: { a: 1, b: { c: 2 } } })
    const shared = ydoc.getMap<Y.Map<Y.Map<unknown>>>('nodes').get('log')?.get('params')?.get('value')
    apply(ydoc, { op: 'set_param', nodeId: 'log', path: ['value'], value: { b: { c: 3 } } })
    expect(readDraft(ydoc).document.nodes[1]?.params.value).toEqual({ b: { c: 3 } })
    expect(shared).toBeInstanceOf(Y.Map)
    expect(ydoc.getMap<Y.Map<Y.Map<unknown>>>('nodes').get('log')?.get('params')?.get('value')).toBe(shared)
  })

  test('sets lists and their items in place, longer and shorter', () => {
    const ydoc = seeded()
    const casesNow = () => askIn(readDraft(ydoc).document)?.params.cases
    const set = (path: (string | number)[], value: Json) => apply(ydoc, { op: 'set_param', nodeId: 'ask', path, value })
    const title = paramText(ydoc, 'ask', ['cases', 1, 'title'])
    set(['cases', 1], { id: 'y', title: 'Zwei' })
    set(['cases'], [{ id: 'new' }, { id: 'x', title: 'One' }, { id: 'y', title: 'Zwei' }])
    expect(title?.toString()).toBe('Zwei')
    set(['cases'], [{ id: 'y', title: 'Zwei' }])
    expect(casesNow()).toEqual([{ id: 'y', title: 'Zwei' }])
    expect(paramText(ydoc, 'ask', ['cases', 0, 'title'])).toBe(title)
    set(['cases', 0], 'none')
    expect(casesNow()).toEqual(['none'])
  })

  test('ignores fields that are undefined', () => {
    const ydoc = seeded()
    const set = { name: 'Ask', notes: undefined } as never
    apply(ydoc, { op: 'update_node', nodeId: 'ask', set })
    expect(askIn(readDraft(ydoc).document)).toMatchObject({ name: 'Ask', notes: 'n' })
  })

  test('does not bring back an edge that a merge had left without its end', () => {
    const { a, b, meet } = pair()
    apply(a, { op: 'remove_node', nodeId: 'log' })
    apply(b, { op: 'add_edge', edge: edge('log>ask') })
    expect(meet().edges).toEqual([])
    apply(a, { op: 'add_node', node: node('log', 'set') })
    expect(readDraft(a)).toMatchObject({ document: { edges: [] }, repairs: [] })
  })
})

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

  test('breaks ties of the order by id, whoever came first', () => {
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
    expect(readDraft(a).repairs).toEqual(['Node x lifted to the top level: it was inside itself'])
  })

  test('deletion wins over a change, and takes edges along', () => {
    const { a, b, meet } = pair()
    apply(a, { op: 'remove_node', nodeId: 'log' })
    apply(b, { op: 'update_node', nodeId: 'log', set: { name: 'Log' } }, { op: 'add_edge', edge: edge('log>ask') })
    expect(meet()).toMatchObject({ nodes: [{ id: 'ask' }], edges: [] })
    expect(readDraft(a).repairs).toEqual(['Edge log:success>ask:in left out: log is not there'])
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
    params.set('Bad', 1)
    params.set('value', new Uint8Array(1))
    params.set('title', 'x'.repeat(300_000))
    ydoc.getMap('edges').set('log:success>ask:in', { source: 'ask' })
    ydoc.getMap('variables').set('nope', 1)
    ydoc.getMap('variables').set('odd', { value: 1, schema: 5 })
    ydoc.getMap('annotations').set('flat', 1)
    ydoc.getMap('settings').set('timeout', 'never')
    ydoc.getMap<Y.Map<unknown>>('annotations').get('n')?.set('color', 7)
    const { document, repairs } = readDraft(ydoc)
    expect(repairs).toEqual([
      'Node ask policy.timeout left out: it is no sound policy',
      'Node ask params.title cut to 262144 characters',
      'Node ask params.value left out: it is no JSON value',
      'Node ask params.Bad left out: no param has such a name',
      'Node bad id left out: it is no node',
      'Node broken left out: it is no node',
      'Node untyped left out: it has no type',
      'Node ask lifted to the top level: its container gone is not there',
      'Edge log:success>ask:in left out: it is no edge',
      'Variable nope left out: it is no variable',
      'Annotation flat left out: it is no annotation',
      'Setting timeout left out: it is no sound setting',
    ])
    expect(askIn(document)).toMatchObject({ policy: { retry: { maximumAttempts: 2 } } })
    expect(document.variables).toEqual([{ name: 'odd', value: 1 }])
    expect(document.settings).toEqual({ description: 'kept' })
    expect(document.annotations[0]).not.toHaveProperty('color')
  })

  test('leaves out params and a policy that are no objects', () => {
    const ydoc = seeded()
    const ask = ydoc.getMap<Y.Map<unknown>>('nodes').get('ask')
    ask?.set('params', [1])
    ask?.set('policy', 'none')
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
    expect(readDraft(ydoc).repairs).toEqual(['Node ask policy left out: it is no object'])
    ask?.delete('policy')
    expect(readDraft(ydoc).repairs).toEqual([])
  })

  test('puts a sign in the place of half a surrogate pair, and cuts long names', () => {
    const ydoc = seeded()
    const ask = ydoc.getMap<Y.Map<unknown>>('nodes').get('ask')
    ask?.set('name', 'n'.repeat(300))
    const params = ask?.get('params') as Y.Map<unknown> | undefined
    params?.set('value', 'x\ud800y')
    expect(askIn(readDraft(ydoc).document)).toMatchObject({ name: 'n'.repeat(200), params: { value: 'x\ufffdy' } })
  })

  test('leaves out what is nested too deep, shared or plain', () => {
    const ydoc = seeded()
    const params = ydoc.getMap<Y.Map<Y.Map<unknown>>>('nodes').get('ask')?.get('params')
    const nested = (levels: number): unknown => (levels === 0 ? 1 : { x: nested(levels - 1) })
    params?.set('value', nested(15))
    expect(readDraft(ydoc).repairs).toEqual([])
    params?.set('value', nested(16))
    expect(readDraft(ydoc).repairs).toEqual([`Node ask params.value${'.x'.repeat(15)} left out: it is nested too deep`])
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
    const { document, repairs } = readDraft(ydoc)
    expect(document.variables).toHaveLength(1_000)
    expect(repairs).toHaveLength(101)
    expect(repairs.at(-1)).toBe('and 51 more')
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

describe('isFinalCloseCode', () => {
  test.each([
    [4401, true],
    [4403, true],
    [4404, true],
    [4409, true],
    [4422, true],
    [4503, false],
    [4529, false],
    [1006, false],
  ])('of %i is %s', (code, isFinal) => {
    expect(isFinalCloseCode(code)).toBe(isFinal)
  })
})
