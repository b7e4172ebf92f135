import { describe, expect, test } from 'vitest'
import { applyOperations, type WorkflowDocument, type WorkflowNode } from '../document/index.ts'
import { edge, node, workflow } from '../testing/index.ts'
import { diffDocuments } from './index.ts'

const at = (x: number) => ({ position: { x, y: 0 } })
const ids = (letters: string, fields: Partial<WorkflowNode> = {}) =>
  [...letters].map((id, index) => node(id, 'set', {}, { ...at(index + 1), ...fields }))
const base = workflow(ids('abcd'), ['a>b'])

/** What it takes to change a part of the base document. */
const changes = (change: Partial<WorkflowDocument>, from: Partial<WorkflowDocument> = {}) =>
  diffDocuments({ ...base, ...from }, { ...base, ...change })

const nodesWith = (id: string, fields: Partial<WorkflowNode>): Partial<WorkflowDocument> => ({
  nodes: base.nodes.map((each) => (each.id === id ? { ...each, ...fields } : each)),
})

describe('diffDocuments names no more than differs', () => {
  test('nothing for equal documents, whatever the order of their edges', () => {
    expect(
      diffDocuments(base, {
        ...base,
        edges: [...base.edges].reverse(),
        nodes: base.nodes.map((each) => ({ ...each, notes: '' })),
      }),
    ).toEqual([])
  })

  test('one operation for the fields of a node', () => {
    const changed = nodesWith('a', { name: 'A', typeVersion: 2, disabled: true, locked: true, notes: 'n' })
    expect(changes(changed)).toEqual([
      { op: 'update_node', nodeId: 'a', set: { name: 'A', typeVersion: 2, disabled: true, locked: true, notes: 'n' } },
    ])
    expect(changes(nodesWith('a', { name: 'A', typeVersion: 2 }), changed)).toEqual([
      { op: 'update_node', nodeId: 'a', set: { disabled: null, locked: null, notes: null } },
    ])
  })

  test('one move for all nodes with another position or size', () => {
    const size = { width: 1, height: 2 }
    const moved = {
      nodes: base.nodes.map((each) =>
        each.id === 'a' ? { ...each, ...at(9) } : each.id === 'b' ? { ...each, size } : each,
      ),
    }
    expect(changes(moved)).toEqual([
      {
        op: 'move_nodes',
        moves: [
          { nodeId: 'a', ...at(9), size: null },
          { nodeId: 'b', ...at(2), size },
        ],
      },
    ])
  })

  test('a step for each param, item and policy field that differs', () => {
    const from = nodesWith('a', {
      params: { same: 1, list: ['x', 'y', 'z'], deep: { keep: 1, drop: 2 }, items: [{ t: 1 }, { t: 2 }], kind: [] },
      policy: { timeout: '1s', onError: 'route' },
    })
    const to = nodesWith('a', {
      params: { same: 1, list: ['new', 'x', 'z'], deep: { keep: 1, add: 3 }, items: [{ t: 1 }, { t: 3 }], kind: {} },
      policy: { onError: 'route', heartbeat: '1s' },
    })
    expect(changes(to, from)).toEqual([
      { op: 'set_policy', nodeId: 'a', field: 'timeout', value: null },
      { op: 'set_policy', nodeId: 'a', field: 'heartbeat', value: '1s' },
      { op: 'unset_param', nodeId: 'a', path: ['deep', 'drop'] },
      { op: 'set_param', nodeId: 'a', path: ['deep', 'add'], value: 3 },
      { op: 'set_param', nodeId: 'a', path: ['items', 1, 't'], value: 3 },
      { op: 'set_param', nodeId: 'a', path: ['kind'], value: {} },
      { op: 'set_param', nodeId: 'a', path: ['list', 0], value: 'new' },
      { op: 'set_param', nodeId: 'a', path: ['list', 1], value: 'x' },
    ])
  })

  test('the orders of keys that differ once items have moved', () => {
    const from = nodesWith('a', {
      params: {
        items: [
          { a: 1, b: 1 },
          { c: 1, d: 1 },
        ],
        map: { k: 1 },
      },
      keyOrder: { '/items/1': ['d', 'c'], '/map': ['k'] },
    })
    const to = nodesWith('a', {
      params: { items: [{ n: 1 }, { a: 1, b: 1 }, { c: 1, d: 1 }], map: { k: 1 } },
      keyOrder: { '/items/2': ['d', 'c'], '/items/1': ['b', 'a'] },
    })
    expect(changes(to, from)).toEqual([
      { op: 'insert_param_item', nodeId: 'a', path: ['items', 0], value: { n: 1 } },
      { op: 'set_key_order', nodeId: 'a', pointer: '/map', keys: null },
      { op: 'set_key_order', nodeId: 'a', pointer: '/items/1', keys: ['b', 'a'] },
    ])
    expect(changes({}, nodesWith('a', { keyOrder: { '/map': ['k'] } }))).toEqual([
      { op: 'set_key_order', nodeId: 'a', pointer: '/map', keys: null },
    ])
  })

  test.each([
    [['x', 'y'], ['new', 'x', 'y'], [{ op: 'insert_param_item', nodeId: 'a', path: ['list', 0], value: 'new' }]],
    [['x', 'y', 'z'], ['x', 'z'], [{ op: 'remove_param_item', nodeId: 'a', path: ['list', 1] }]],
    [['x', 'y', 'z'], [], [2, 1, 0].map((index) => ({ op: 'remove_param_item', nodeId: 'a', path: ['list', index] }))],
  ])('items of %j to %j', (from, to, operations) => {
    expect(changes(nodesWith('a', { params: { list: to } }), nodesWith('a', { params: { list: from } }))).toEqual(
      operations,
    )
  })

  test('edges that come, go and bend', () => {
    const points = [{ x: 1, y: 1 }]
    expect(changes({ edges: [edge('b>c')] })).toEqual([
      { op: 'remove_edge', edgeId: edge('a>b').id },
      { op: 'add_edge', edge: edge('b>c') },
    ])
    const bent = { edges: [{ ...edge('a>b'), points }] }
    expect(changes(bent)).toEqual([{ op: 'set_edge_points', edgeId: edge('a>b').id, points }])
    expect(changes({}, bent)).toEqual([{ op: 'set_edge_points', edgeId: edge('a>b').id, points: null }])
  })

  test('only the nodes that have to move', () => {
    const order = (letters: string) => ({
      nodes: [...letters].map((id) => base.nodes.find((each) => each.id === id) as WorkflowNode),
    })
    expect(changes(order('dabc'))).toEqual([{ op: 'place_node', nodeId: 'd', before: 'a' }])
    expect(changes(order('bcda'))).toEqual([{ op: 'place_node', nodeId: 'a', before: null }])
    expect(changes({ nodes: [...order('ab').nodes, node('n', 'set', {}, at(9)), ...order('cd').nodes] })).toEqual([
      { op: 'add_node', node: node('n', 'set', {}, at(9)) },
      { op: 'place_node', nodeId: 'n', before: 'c' },
    ])
  })

  test('a node of another type is another node, and takes its edges along', () => {
    const to = nodesWith('b', { type: 'acme/call' })
    expect(changes(to).map(({ op }) => op)).toEqual(['remove_node', 'add_node', 'place_node', 'add_edge'])
  })

  test('nodes leave containers that go away, and the outermost alone is removed', () => {
    const from = workflow([
      ...ids('a'),
      ...ids('b', { parentId: 'a' }),
      ...ids('c', { parentId: 'b' }),
      ...ids('d', { parentId: 'a' }),
    ])
    const to = workflow([...ids('d', { position: { x: 1, y: 0 } })])
    expect(diffDocuments(from, to)).toEqual([
      { op: 'update_node', nodeId: 'd', set: { parentId: null } },
      { op: 'remove_node', nodeId: 'a' },
    ])
  })

  test('containers that change sides pass through the top level', () => {
    const inside = (id: string, parentId?: string) =>
      node(id, 'set', {}, { ...at(1), ...(parentId === undefined ? {} : { parentId }) })
    const from = workflow([inside('a', 'b'), inside('b')])
    const to = workflow([inside('a'), inside('b', 'a')])
    expect(diffDocuments(from, to)).toEqual([
      { op: 'update_node', nodeId: 'a', set: { parentId: null } },
      { op: 'update_node', nodeId: 'b', set: { parentId: 'a' } },
    ])
  })

  test('variables, annotations and settings', () => {
    const note = { id: 'n', kind: 'note' as const, rect: { x: 0, y: 0, width: 1, height: 1 }, text: '' }
    const from = {
      variables: [
        { name: 'a', value: 1 },
        { name: 'b', value: 1 },
        { name: 'c', value: 1 },
      ],
      annotations: [note, { ...note, id: 'o' }],
      settings: { timeout: '1h' as const },
    }
    const to = {
      variables: [
        { name: 'a', value: 2 },
        { name: 'c', value: 1 },
        { name: 'b', value: 1 },
      ],
      annotations: [{ ...note, text: 'x' }],
      settings: { durability: 'strict' as const },
    }
    expect(changes(to, from)).toEqual([
      { op: 'set_variable', name: 'b', variable: null },
      { op: 'set_variable', name: 'a', variable: { name: 'a', value: 2 } },
      { op: 'set_variable', name: 'b', variable: { name: 'b', value: 1 } },
      { op: 'set_annotation', id: 'o', annotation: null },
      { op: 'set_annotation', id: 'n', annotation: { ...note, text: 'x' } },
      { op: 'set_setting', key: 'timeout', value: null },
      { op: 'set_setting', key: 'durability', value: 'strict' },
    ])
    const target = { ...base, ...to }
    expect(applyOperations({ ...base, ...from }, changes(to, from))).toEqual(target)
  })
})
