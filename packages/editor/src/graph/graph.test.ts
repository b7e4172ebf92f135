import type { WorkflowDocument, WorkflowEdge, WorkflowNode } from '@tenon/core/document'
import { EMPTY_DOCUMENT, edgeId } from '@tenon/core/document'
import { describe, expect, test } from 'vitest'
import { descendantsOf, graphOf, wouldCycle } from './graph.ts'

const node = (id: string): WorkflowNode => ({
  id,
  type: 'set',
  typeVersion: 1,
  name: id,
  params: {},
  position: { x: 0, y: 0 },
})
const edge = (source: string, target: string): WorkflowEdge => {
  const ends = { source, sourceHandle: 'success', target, targetHandle: 'in' }
  return { id: edgeId(ends), ...ends }
}
const diamond: WorkflowDocument = {
  ...EMPTY_DOCUMENT,
  nodes: ['d', 'a', 'c', 'b'].map(node),
  edges: [edge('a', 'b'), edge('a', 'c'), edge('b', 'd'), edge('c', 'd')],
}

describe('graph', () => {
  test('finds what lies behind a node', () => {
    const graph = graphOf(diamond)
    expect([...descendantsOf(graph, 'a')].sort()).toEqual(['b', 'c', 'd'])
    expect(descendantsOf(graph, 'd').size).toBe(0)
  })

  test('an edge back or to itself would close a circle, one forward would not', () => {
    const graph = graphOf(diamond)
    expect(wouldCycle(graph, 'd', 'a')).toBe(true)
    expect(wouldCycle(graph, 'b', 'b')).toBe(true)
    expect(wouldCycle(graph, 'b', 'c')).toBe(false)
  })
})
