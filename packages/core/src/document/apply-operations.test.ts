import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { arbitraryDocument, arbitraryOperations, fitting } from '../../test/arbitraries.ts'
import { edge, node, workflow } from '../testing/index.ts'
import {
  applyOperation,
  applyOperations,
  DOCUMENT_LIMITS,
  type DocumentOperation,
  EMPTY_DOCUMENT,
  parseDocument,
  parseOperations,
  type WorkflowDocument,
} from './index.ts'

const start = workflow(
  [
    node('a', 'set', { title: 'A', list: [1, { deep: true }], nested: { x: null } }, { policy: { timeout: '5s' } }),
    node('b', 'set', {}, { size: { width: 10, height: 20 }, notes: 'old' }),
    node('c', 'set', {}, { parentId: 'b' }),
    node('d', 'set', {}, { parentId: 'c' }),
  ],
  ['a>b', 'b>c', 'c>d'],
  {
    variables: [{ name: 'region', value: 1 }],
    annotations: [{ id: 'n', kind: 'note', rect: { x: 0, y: 0, width: 1, height: 1 }, text: '' }],
    settings: { timeout: '1h' },
  },
)

const after = (...operations: DocumentOperation[]): WorkflowDocument => applyOperations(start, operations)
const nodeAfter = (id: string, ...operations: DocumentOperation[]) =>
  after(...operations).nodes.find((each) => each.id === id)
const ids = (document: WorkflowDocument) => document.nodes.map(({ id }) => id).join('')

describe('applyOperations', () => {
  test('adds nodes after all others and edges between nodes that are there', () => {
    const next = after({ op: 'add_node', node: node('e', 'set') }, { op: 'add_edge', edge: edge('d>e') })
    expect(ids(next)).toBe('abcde')
    expect(next.edges.at(-1)).toEqual(edge('d>e'))
  })

  test('removes a node with the nodes inside it and all edges that touch them', () => {
    const next = after({ op: 'remove_node', nodeId: 'b' })
    expect(ids(next)).toBe('a')
    expect(next.edges).toEqual([])
  })

  test('sets the fields of a node and takes optional ones away', () => {
    const set = { name: 'B', typeVersion: 2, parentId: 'a', disabled: true, locked: true, notes: 'new' }
    expect(nodeAfter('b', { op: 'update_node', nodeId: 'b', set })).toMatchObject(set)
    const unset = { parentId: null, disabled: null, notes: null }
    const bare = nodeAfter('b', { op: 'update_node', nodeId: 'b', set }, { op: 'update_node', nodeId: 'b', set: unset })
    expect(bare).not.toHaveProperty('parentId')
    expect(bare).not.toHaveProperty('notes')
    expect(bare).toMatchObject({ name: 'B', locked: true })
  })

  test.each<[string, DocumentOperation, object]>([
    ['sets a new param', { op: 'set_param', nodeId: 'a', path: ['new'], value: 1 }, { new: 1 }],
    [
      'sets inside an object',
      { op: 'set_param', nodeId: 'a', path: ['nested', 'y'], value: 2 },
      { nested: { x: null, y: 2 } },
    ],
    [
      'sets an item',
      { op: 'set_param', nodeId: 'a', path: ['list', 0], value: 'one' },
      { list: ['one', { deep: true }] },
    ],
    [
      'sets inside an item',
      { op: 'set_param', nodeId: 'a', path: ['list', 1, 'deep'], value: false },
      { list: [1, { deep: false }] },
    ],
    [
      'inserts an item',
      { op: 'insert_param_item', nodeId: 'a', path: ['list', 0], value: 0 },
      { list: [0, 1, { deep: true }] },
    ],
    [
      'appends an item',
      { op: 'insert_param_item', nodeId: 'a', path: ['list', 2], value: 0 },
      { list: [1, { deep: true }, 0] },
    ],
    ['removes an item', { op: 'remove_param_item', nodeId: 'a', path: ['list', 0] }, { list: [{ deep: true }] }],
    ['takes a member away', { op: 'unset_param', nodeId: 'a', path: ['nested', 'x'] }, { nested: {} }],
  ])('%s', (_, operation, changed) => {
    expect(nodeAfter('a', operation)?.params).toEqual({ ...start.nodes[0]?.params, ...changed })
  })

  test('takes a param away', () => {
    expect(nodeAfter('a', { op: 'unset_param', nodeId: 'a', path: ['list'] })?.params).toEqual({
      title: 'A',
      nested: { x: null },
    })
  })

  test('sets policy fields one by one, and drops an empty policy', () => {
    const join: DocumentOperation = { op: 'set_policy', nodeId: 'a', field: 'join', value: { count: 2 } }
    expect(nodeAfter('a', join)?.policy).toEqual({ timeout: '5s', join: { count: 2 } })
    expect(nodeAfter('b', join, { op: 'set_policy', nodeId: 'b', field: 'timeout', value: null })).not.toHaveProperty(
      'policy',
    )
    expect(nodeAfter('a', { op: 'set_policy', nodeId: 'a', field: 'timeout', value: null })).not.toHaveProperty(
      'policy',
    )
  })

  test('moves nodes; a size stays unless it is named', () => {
    const to = { x: 5, y: -5 }
    const moves = (size?: { width: number; height: number } | null): DocumentOperation => ({
      op: 'move_nodes',
      moves: [{ nodeId: 'b', position: to, ...(size === undefined ? {} : { size }) }],
    })
    expect(nodeAfter('b', moves())).toMatchObject({ position: to, size: { width: 10, height: 20 } })
    expect(nodeAfter('b', moves({ width: 1, height: 2 }))?.size).toEqual({ width: 1, height: 2 })
    expect(nodeAfter('b', moves(null))).not.toHaveProperty('size')
  })

  test('changes the order of nodes', () => {
    expect(ids(after({ op: 'place_node', nodeId: 'd', before: 'a' }))).toBe('dabc')
    expect(ids(after({ op: 'place_node', nodeId: 'a', before: null }))).toBe('bcda')
    expect(ids(after({ op: 'place_node', nodeId: 'b', before: 'c' }))).toBe('abcd')
  })

  test('removes edges and bends them', () => {
    expect(after({ op: 'remove_edge', edgeId: edge('a>b').id }).edges).toHaveLength(2)
    const bend: DocumentOperation = { op: 'set_edge_points', edgeId: edge('a>b').id, points: [{ x: 1, y: 2 }] }
    expect(after(bend).edges[0]?.points).toEqual([{ x: 1, y: 2 }])
    expect(after(bend, { ...bend, points: null }).edges[0]).toEqual(edge('a>b'))
  })

  test('sets and removes variables, annotations and settings', () => {
    const [note] = start.annotations
    if (note === undefined) throw new Error('the document has a note')
    const next = after(
      { op: 'set_variable', name: 'limit', variable: { name: 'limit', value: [1] } },
      { op: 'set_variable', name: 'region', variable: { name: 'region', value: 2 } },
      { op: 'set_annotation', id: 'n', annotation: { ...note, text: 'hi' } },
      { op: 'set_setting', key: 'durability', value: 'strict' },
      { op: 'set_setting', key: 'timeout', value: null },
    )
    expect(next.variables.map(({ name, value }) => [name, value])).toEqual([
      ['region', 2],
      ['limit', [1]],
    ])
    expect(next.annotations).toEqual([{ ...note, text: 'hi' }])
    expect(next.settings).toEqual({ durability: 'strict' })
    const gone = after(
      { op: 'set_variable', name: 'region', variable: null },
      { op: 'set_annotation', id: 'n', annotation: null },
    )
    expect([gone.variables, gone.annotations]).toEqual([[], []])
  })

  test('leaves the document alone and shares what it does not touch', () => {
    const before = structuredClone(start)
    const next = after({ op: 'set_param', nodeId: 'a', path: ['title'], value: 'B' })
    expect(start).toEqual(before)
    expect(next.nodes[1]).toBe(start.nodes[1])
    expect(next.nodes[0]?.params.list).toBe(start.nodes[0]?.params.list)
  })

  test.each<[string, DocumentOperation, string]>([
    ['a node with a taken id', { op: 'add_node', node: node('a', 'set') }, 'node.id already exists: "a"'],
    ['a node of a bad type', { op: 'add_node', node: node('e', 'Set') }, 'node.type must match'],
    [
      'a node in a container that is not there',
      { op: 'add_node', node: node('e', 'set', {}, { parentId: 'x' }) },
      'parentId refers to a missing node: "x"',
    ],
    ['removing a node that is not there', { op: 'remove_node', nodeId: 'x' }, 'nodeId refers to a missing node: "x"'],
    [
      'updating a node that is not there',
      { op: 'update_node', nodeId: 'x', set: {} },
      'nodeId refers to a missing node',
    ],
    [
      'putting a node inside itself',
      { op: 'update_node', nodeId: 'b', set: { parentId: 'd' } },
      'parentId would put "b" inside itself',
    ],
    [
      'a name that is too long',
      { op: 'update_node', nodeId: 'b', set: { name: 'x'.repeat(201) } },
      'set.name must have at most',
    ],
    ['an empty path', { op: 'set_param', nodeId: 'a', path: [], value: 1 }, 'path must not be empty'],
    [
      'a path through nothing',
      { op: 'set_param', nodeId: 'a', path: ['gone', 'x'], value: 1 },
      'params.gone does not exist',
    ],
    [
      'a path through a text',
      { op: 'set_param', nodeId: 'a', path: ['title', 'x'], value: 1 },
      'params.title.x is inside a value',
    ],
    [
      'a path deep through a text',
      { op: 'set_param', nodeId: 'a', path: ['title', 'x', 'y'], value: 1 },
      'params.title.x is inside a value',
    ],
    [
      'a path by inherited names',
      { op: 'set_param', nodeId: 'a', path: ['nested', 'toString', 'x'], value: 1 },
      'params.nested.toString does not exist',
    ],
    [
      'an index in an object',
      { op: 'set_param', nodeId: 'a', path: ['nested', 0], value: 1 },
      'params.nested.0 is a number',
    ],
    [
      'an index through an object',
      { op: 'set_param', nodeId: 'a', path: ['nested', 0, 'x'], value: 1 },
      'params.nested.0 does not exist',
    ],
    [
      'a key in a list',
      { op: 'set_param', nodeId: 'a', path: ['list', 'x'], value: 1 },
      'params.list.x is not an index of a list of 2',
    ],
    [
      'an index past the end',
      { op: 'set_param', nodeId: 'a', path: ['list', 2], value: 1 },
      'params.list.2 is not an index',
    ],
    [
      'a forbidden key',
      { op: 'set_param', nodeId: 'a', path: ['nested', '__proto__'], value: 1 },
      'params.nested.__proto__ is a forbidden key',
    ],
    [
      'a param with a bad name',
      { op: 'set_param', nodeId: 'a', path: ['Bad'], value: 1 },
      'params.Bad must have a name',
    ],
    ['taking away what is not there', { op: 'unset_param', nodeId: 'a', path: ['gone'] }, 'params.gone does not exist'],
    [
      'taking a list item away as a member',
      { op: 'unset_param', nodeId: 'a', path: ['list', 0] },
      'params.list.0 is in a list',
    ],
    [
      'inserting outside a list',
      { op: 'insert_param_item', nodeId: 'a', path: ['nested', 0], value: 1 },
      'is not in a list',
    ],
    [
      'inserting past the end',
      { op: 'insert_param_item', nodeId: 'a', path: ['list', 3], value: 1 },
      'is not an index of a list of 2',
    ],
    [
      'removing an item outside a list',
      { op: 'remove_param_item', nodeId: 'a', path: ['nested', 0] },
      'is not in a list',
    ],
    [
      'removing an item past the end',
      { op: 'remove_param_item', nodeId: 'a', path: ['list', 2] },
      'is not an index of a list of 2',
    ],
    [
      'a policy value that does not fit',
      { op: 'set_policy', nodeId: 'a', field: 'timeout', value: 5 },
      'policy.timeout must be a text',
    ],
    ['placing a node before itself', { op: 'place_node', nodeId: 'a', before: 'a' }, 'before is the node itself'],
    [
      'placing a node before nothing',
      { op: 'place_node', nodeId: 'a', before: 'x' },
      'before refers to a missing node',
    ],
    [
      'moving a node that is not there',
      { op: 'move_nodes', moves: [{ nodeId: 'x', position: { x: 0, y: 0 } }] },
      'refers to a missing node',
    ],
    ['an edge with a taken id', { op: 'add_edge', edge: edge('a>b') }, 'edge.id already exists'],
    [
      'an edge whose id does not fit',
      { op: 'add_edge', edge: { ...edge('a>c'), id: 'x' } },
      'edge.id must be "a:success>c:in"',
    ],
    ['an edge to nowhere', { op: 'add_edge', edge: edge('a>x') }, 'edge.target refers to a missing node'],
    ['an edge from nowhere', { op: 'add_edge', edge: edge('x>a') }, 'edge.source refers to a missing node'],
    ['removing an edge that is not there', { op: 'remove_edge', edgeId: 'x' }, 'edgeId refers to a missing edge: "x"'],
    [
      'bending an edge that is not there',
      { op: 'set_edge_points', edgeId: 'x', points: null },
      'edgeId refers to a missing edge',
    ],
    [
      'a variable under another name',
      { op: 'set_variable', name: 'x', variable: { name: 'y', value: 1 } },
      'variable.name must be "x"',
    ],
    [
      'an annotation under another id',
      {
        op: 'set_annotation',
        id: 'x',
        annotation: { id: 'y', kind: 'note', rect: { x: 0, y: 0, width: 0, height: 0 }, text: '' },
      },
      'annotation.id must be "x"',
    ],
    [
      'a setting that does not fit',
      { op: 'set_setting', key: 'durability', value: 'sometimes' },
      'settings.durability must be one of',
    ],
  ])('refuses %s', (_, operation, message) => {
    const fault = expect.objectContaining({
      code: 'OPERATION_INVALID',
      message: expect.stringContaining(message),
      details: expect.objectContaining({ index: 1, op: operation.op }),
    })
    expect(() => after({ op: 'set_setting', key: 'description', value: 'x' }, operation)).toThrow(fault)
  })

  test('refuses what would go beyond the limits', () => {
    const many = (count: number) => Array.from({ length: count }, (_, index) => node(`n${index}`, 'set'))
    const full = { ...EMPTY_DOCUMENT, nodes: many(DOCUMENT_LIMITS.nodes) }
    expect(() => applyOperation(full, { op: 'add_node', node: node('x', 'set') })).toThrow('has 10000 nodes already')
    const variables = Array.from({ length: DOCUMENT_LIMITS.variables }, (_, index) => ({ name: `v${index}`, value: 1 }))
    const crowded = { ...EMPTY_DOCUMENT, variables }
    const again: DocumentOperation = { op: 'set_variable', name: 'v0', variable: { name: 'v0', value: 2 } }
    expect(applyOperation(crowded, again).variables[0]).toEqual({ name: 'v0', value: 2 })
    const another: DocumentOperation = { op: 'set_variable', name: 'x', variable: { name: 'x', value: 2 } }
    expect(() => applyOperation(crowded, another)).toThrow('has 1000 variables already')
    const edges = Array.from({ length: DOCUMENT_LIMITS.edges }, (_, index) => edge(`a:p${index}>b`))
    const dense = { ...EMPTY_DOCUMENT, nodes: [node('a', 'set'), node('b', 'set')], edges }
    expect(() => applyOperation(dense, { op: 'add_edge', edge: edge('a>b') })).toThrow('has 40000 edges already')
  })

  test('keeps any sound document sound', () => {
    fc.assert(
      fc.property(arbitraryDocument(), arbitraryOperations(), (document, operations) => {
        const next = applyOperations(document, fitting(document, operations))
        expect(() => parseDocument(next)).not.toThrow()
      }),
      { numRuns: 200 },
    )
  })
})

describe('parseOperations', () => {
  test('gives back operations of every kind as they are', () => {
    fc.assert(
      fc.property(arbitraryOperations(), (operations) => {
        expect(parseOperations(JSON.parse(JSON.stringify(operations)))).toEqual(JSON.parse(JSON.stringify(operations)))
      }),
      { numRuns: 200 },
    )
  })

  test.each([
    ['an unknown operation', [{ op: 'destroy' }], ['op']],
    ['an operation that is a text', ['add_node'], ['op']],
    ['an operation that is null', [null], ['op']],
    ['an inherited name', [{ op: 'toString' }], ['op']],
    ['an unknown field', [{ op: 'remove_node', nodeId: 'a', force: true }], ['force']],
    ['a missing field', [{ op: 'remove_node' }], ['nodeId']],
    ['a negative index', [{ op: 'remove_param_item', nodeId: 'a', path: ['x', -1] }], ['path', 1]],
    ['an unknown policy field', [{ op: 'set_policy', nodeId: 'a', field: 'x', value: 1 }], ['field']],
    ['a null that is not allowed', [{ op: 'update_node', nodeId: 'a', set: { name: null } }], ['set', 'name']],
  ])('refuses %s and names its path', (_, candidate, path) => {
    expect(() => parseOperations(candidate)).toThrow(
      expect.objectContaining({ code: 'OPERATION_INVALID', details: expect.objectContaining({ index: 0, path }) }),
    )
  })

  test('refuses what is no list', () => {
    expect(() => parseOperations({ op: 'remove_node' })).toThrow('The operations must be a list')
  })
})
