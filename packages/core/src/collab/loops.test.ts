import { describe, expect, test } from 'vitest'
import * as Y from 'yjs'
import { apply, fields, pair, seeded } from '../../test/drafts.ts'
import type { DocumentOperation, NodeId, WorkflowDocument } from '../document/index.ts'
import { edge, node, workflow } from '../testing/index.ts'
import { applyOperationsToDraft, draftUndoScope, paramText, readDraft } from './index.ts'

const within = (parentId: NodeId) => ({ parentId })

/** each [ ask > log, inner [ leaf ] ] > after */
const sample = workflow(
  [
    node('each', 'for-each', { items: '{{ input.orders }}' }),
    node('ask', 'draft', { prompt: 'Hello' }, within('each')),
    node('log', 'set', {}, within('each')),
    node('inner', 'for-each', {}, within('each')),
    node('leaf', 'set', {}, within('inner')),
    node('after', 'set'),
  ],
  ['ask>log', 'each>after'],
)
const REMOVE: DocumentOperation = { op: 'remove_node', nodeId: 'each' }
const moveTo = (nodeId: NodeId, parentId: NodeId | null): DocumentOperation => ({
  op: 'update_node',
  nodeId,
  set: { parentId },
})
const levelsOf = ({ nodes }: WorkflowDocument) => nodes.map(({ id, parentId }) => `${parentId ?? ''}/${id}`).join(' ')

function undoOf(ydoc: Y.Doc) {
  const origin = {}
  const undo = new Y.UndoManager(draftUndoScope(ydoc), { trackedOrigins: new Set([origin]) })
  return {
    undo,
    edit: (...operations: DocumentOperation[]) => applyOperationsToDraft(ydoc, operations, fields, origin),
  }
}

describe('a loop in a draft', () => {
  test('goes with its nodes and edges, and one undo brings all back', () => {
    const ydoc = seeded(sample)
    const before = readDraft(ydoc).document
    const { undo, edit } = undoOf(ydoc)
    edit(REMOVE)
    expect(levelsOf(readDraft(ydoc).document)).toBe('/after')
    undo.undo()
    expect(readDraft(ydoc)).toMatchObject({ document: before, repairs: [] })
    undo.redo()
    expect(levelsOf(readDraft(ydoc).document)).toBe('/after')
  })

  test('takes nodes in and lets them out, each move one step of undo', () => {
    const ydoc = seeded(sample)
    const { undo, edit } = undoOf(ydoc)
    edit({ op: 'remove_edge', edgeId: edge('each>after').id }, moveTo('after', 'inner'))
    undo.stopCapturing()
    edit(moveTo('inner', null))
    expect(levelsOf(readDraft(ydoc).document)).toBe('/each each/ask each/log /inner inner/leaf inner/after')
    undo.undo()
    expect(levelsOf(readDraft(ydoc).document)).toBe('/each each/ask each/log each/inner inner/leaf inner/after')
    undo.undo()
    expect(readDraft(ydoc).document).toEqual(sample)
  })
})

describe('two people', () => {
  test('of whom one removes a loop while the other edits a node in it: the removal wins', () => {
    const { a, b, meet } = pair(sample)
    apply(a, REMOVE)
    apply(
      b,
      { op: 'set_param', nodeId: 'leaf', path: ['value'], value: { k: 1 } },
      { op: 'update_node', nodeId: 'log', set: { name: 'Log' } },
      { op: 'add_edge', edge: edge('log>inner') },
    )
    paramText(b, 'ask', ['prompt'])?.insert(5, ' you')
    expect(levelsOf(meet())).toBe('/after')
    expect(readDraft(a)).toMatchObject({ losses: [], document: { edges: [] } })
  })

  test('of whom one takes the removal back: the nodes are there again, with the same levels for both', () => {
    const { a, b, meet } = pair(sample)
    const { undo, edit } = undoOf(a)
    edit(REMOVE)
    apply(b, { op: 'update_node', nodeId: 'log', set: { name: 'Log' } })
    meet()
    undo.undo()
    expect(levelsOf(meet())).toBe(levelsOf(sample))
    expect(readDraft(b).document.edges).toEqual(sample.edges)
  })

  test('of whom one adds or moves a node into a loop that the other removes: it stays, outside', () => {
    const { a, b, meet } = pair(sample)
    apply(a, REMOVE)
    apply(
      b,
      { op: 'add_node', node: node('new', 'set', { value: 1 }, within('inner')) },
      { op: 'remove_edge', edgeId: edge('each>after').id },
      moveTo('after', 'each'),
    )
    expect(levelsOf(meet())).toBe('/after /new')
    expect(readDraft(b).repairs).toEqual([
      'Node after moved to the top level: the node around it, each, is missing',
      'Node new moved to the top level: the node around it, inner, is missing',
    ])
  })

  test('who move the same node agree on one loop', () => {
    const { a, b, meet } = pair(sample)
    apply(a, moveTo('log', 'inner'))
    apply(b, moveTo('log', null))
    const log = meet().nodes.find(({ id }) => id === 'log')
    expect([undefined, 'inner']).toContain(log?.parentId)
  })

  test('who put a loop inside a node of it and the node elsewhere keep all nodes', () => {
    const { a, b, meet } = pair(sample)
    apply(a, { op: 'remove_edge', edgeId: edge('each>after').id }, moveTo('inner', null), moveTo('each', 'inner'))
    apply(b, { op: 'add_node', node: node('new', 'set', {}, within('inner')) })
    expect(levelsOf(meet())).toBe('inner/each each/ask each/log /inner inner/leaf /after inner/new')
    expect(readDraft(a).repairs).toEqual([])
  })
})
