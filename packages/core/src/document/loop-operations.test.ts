import { describe, expect, test } from 'vitest'
import { edge, node, workflow } from '../testing/index.ts'
import { applyOperations, type DocumentOperation, type NodeId, type WorkflowDocument } from './index.ts'

const within = (parentId: NodeId) => ({ parentId })

/** each [ a > b, inner [ leaf ] ] > after */
const document = workflow(
  [
    node('each', 'for-each'),
    node('a', 'set', {}, within('each')),
    node('b', 'set', {}, within('each')),
    node('inner', 'for-each', {}, within('each')),
    node('leaf', 'set', {}, within('inner')),
    node('after', 'set'),
  ],
  ['each>after', 'a>b'],
)
const moveTo = (nodeId: NodeId, parentId: NodeId | null): DocumentOperation => ({
  op: 'update_node',
  nodeId,
  set: { parentId },
})
const levelsOf = ({ nodes }: WorkflowDocument) => nodes.map(({ id, parentId }) => `${parentId ?? ''}/${id}`).join(' ')

describe('operations on a loop', () => {
  test('remove it with the nodes inside it, at any depth, and their edges', () => {
    const next = applyOperations(document, [{ op: 'remove_node', nodeId: 'each' }])
    expect(levelsOf(next)).toBe('/after')
    expect(next.edges).toEqual([])
    const inner = applyOperations(document, [{ op: 'remove_node', nodeId: 'inner' }])
    expect(levelsOf(inner)).toBe('/each each/a each/b /after')
    expect(inner.edges).toEqual(document.edges)
  })

  test('move a node into it and out again, with the nodes inside that node', () => {
    const moved = applyOperations(document, [moveTo('inner', null), moveTo('after', 'inner')])
    expect(levelsOf(moved)).toBe('/each each/a each/b /inner inner/leaf inner/after')
    expect(applyOperations(moved, [moveTo('after', null), moveTo('inner', 'each')])).toEqual(document)
    expect(() => applyOperations(document, [moveTo('each', 'leaf')])).toThrow(/would put "each" inside itself/)
  })

  test('wrap nodes in it in one list: the loop, the move of each node, and the edges', () => {
    const chain = workflow(
      [node('start', 'start'), node('x', 'set'), node('y', 'set'), node('end', 'end')],
      ['start>x', 'x>y', 'y>end'],
    )
    const wrapped = applyOperations(chain, [
      { op: 'add_node', node: node('loop', 'for-each') },
      { op: 'remove_edge', edgeId: edge('start>x').id },
      { op: 'remove_edge', edgeId: edge('y>end').id },
      moveTo('x', 'loop'),
      moveTo('y', 'loop'),
      { op: 'add_edge', edge: edge('start>loop') },
      { op: 'add_edge', edge: edge('loop>end') },
    ])
    expect(levelsOf(wrapped)).toBe('/start loop/x loop/y /end /loop')
    expect(wrapped.edges.map(({ id }) => id)).toEqual(['x>y', 'start>loop', 'loop>end'].map((text) => edge(text).id))
  })

  test('remove a loop with thousands of nodes at once', () => {
    const many = Array.from({ length: 9_000 }, (_, at) => node(`n${at}`, 'set', {}, within(at % 2 ? 'each' : 'inner')))
    const large = { ...document, nodes: [...document.nodes, ...many] }
    expect(levelsOf(applyOperations(large, [{ op: 'remove_node', nodeId: 'each' }]))).toBe('/after')
  })
})
