import { EMPTY_DOCUMENT, edgeId, type WorkflowDocument, type WorkflowNode } from '@tenon/core/document'
import { describe, expect, test } from 'vitest'
import { compareDocuments, countedChanges } from './compare-documents.ts'

const node: WorkflowNode = {
  id: 'a',
  type: 'set',
  typeVersion: 1,
  name: 'A',
  params: { fields: { x: 1 } },
  position: { x: 0, y: 0 },
}
const published: WorkflowDocument = { ...EMPTY_DOCUMENT, nodes: [node] }

const short = (before: WorkflowDocument, after: WorkflowDocument) =>
  compareDocuments(before, after).map(({ part, kind }) => `${part} ${kind}`)

describe('compareDocuments', () => {
  test('moving or resizing a node changes nothing', () => {
    const moved = { ...node, position: { x: 9, y: 9 }, size: { width: 300, height: 90 } }
    expect(compareDocuments(published, { ...published, nodes: [moved] })).toEqual([])
  })

  test('lists nodes that are new, changed or gone, each once and with both states', () => {
    const changed = { ...node, name: 'B', params: { fields: { x: 2 } } }
    expect(compareDocuments(published, { ...published, nodes: [changed] })).toEqual([
      { part: 'node', kind: 'changed', before: node, after: changed },
    ])
    const other = { ...node, id: 'b' }
    expect(compareDocuments(published, { ...published, nodes: [other] })).toEqual([
      { part: 'node', kind: 'added', before: null, after: other },
      { part: 'node', kind: 'removed', before: node, after: null },
    ])
  })

  test('an edge that leads elsewhere is another edge; its bend points do not count', () => {
    const ends = { source: 'a', sourceHandle: 'success', target: 'b', targetHandle: 'in' }
    const edge = { id: edgeId(ends), ...ends }
    const joined = { ...published, edges: [edge] }
    expect(short(joined, { ...joined, edges: [{ ...edge, points: [{ x: 1, y: 1 }] }] })).toEqual([])
    const elsewhere = { ...ends, target: 'c' }
    expect(short(joined, { ...joined, edges: [{ id: edgeId(elsewhere), ...elsewhere }] })).toEqual([
      'edge added',
      'edge removed',
    ])
  })

  test('lists variables by name and settings by key', () => {
    const draft: WorkflowDocument = {
      ...published,
      settings: { timeout: '1h' },
      variables: [{ name: 'limit', value: 3 }],
    }
    expect(short(published, draft)).toEqual(['variable added', 'setting added'])
    expect(short(draft, published)).toEqual(['variable removed', 'setting removed'])
    const later: WorkflowDocument = { ...draft, settings: { timeout: '2h' }, variables: [{ name: 'limit', value: 4 }] }
    expect(short(draft, later)).toEqual(['variable changed', 'setting changed'])
    expect(compareDocuments(draft, later).at(-1)).toMatchObject({ key: 'timeout', before: '1h', after: '2h' })
  })
})

describe('countedChanges', () => {
  const [start, a, z] = ['start', 'a', 'z'].map((id) => ({ ...node, id })) as [WorkflowNode, WorkflowNode, WorkflowNode]
  const edge = (source: string, target: string, sourceHandle = 'success') => {
    const ends = { source, sourceHandle, target, targetHandle: 'in' }
    return { id: edgeId(ends), ...ends }
  }
  const whole = { ...EMPTY_DOCUMENT, nodes: [start, a, z], edges: [edge('start', 'a'), edge('a', 'z')] }
  const bridged = { ...EMPTY_DOCUMENT, nodes: [start, z], edges: [edge('start', 'z')] }
  const counted = (before: WorkflowDocument, after: WorkflowDocument) =>
    countedChanges(compareDocuments(before, after)).map(({ part, kind }) => `${part} ${kind}`)

  test('a node that is deleted from a chain, or inserted into it, is one change', () => {
    expect(compareDocuments(whole, bridged)).toHaveLength(4)
    expect(counted(whole, bridged)).toEqual(['node removed'])
    expect(counted(bridged, whole)).toEqual(['node added'])
  })

  test('edges between nodes that both documents have count, each by itself', () => {
    const other = { ...whole, edges: [edge('start', 'a'), edge('start', 'z', 'error')] }
    expect(counted(whole, other)).toEqual(['edge added', 'edge removed'])
    expect(counted(bridged, { ...bridged, edges: [] })).toEqual(['edge removed'])
  })

  test('an edge elsewhere counts beside a deleted node', () => {
    const b = { ...node, id: 'b' }
    const before = { ...whole, nodes: [...whole.nodes, b] }
    const after = { ...bridged, nodes: [...bridged.nodes, b], edges: [...bridged.edges, edge('z', 'b')] }
    expect(counted(before, after)).toEqual(['node removed', 'edge added'])
  })
})
