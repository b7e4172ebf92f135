import type { DraftLoss } from '@tenon/core/collab'
import { EMPTY_DOCUMENT, edgeId, type WorkflowDocument } from '@tenon/core/document'
import { describe, expect, test } from 'vitest'
import { en } from '../messages/en/index.ts'
import { createTranslate } from '../messages/format.ts'
import { lossProblems } from './loss-problems.ts'

const node = (id: string, parentId?: string) => ({
  id,
  type: 'step',
  typeVersion: 1,
  name: id,
  params: {},
  position: { x: 0, y: 0 },
  ...(parentId === undefined ? {} : { parentId }),
})
const edge = (source: string, target: string) => {
  const ends = { source, sourceHandle: 'success', target, targetHandle: 'in' }
  return { id: edgeId(ends), ...ends }
}
const version: WorkflowDocument = {
  ...EMPTY_DOCUMENT,
  nodes: [node('a'), node('b'), node('c', 'box'), node('box')],
  edges: [edge('a', 'b'), edge('b', 'c')],
  variables: [{ name: 'desk', value: 'x' }],
  annotations: [{ id: 'note', kind: 'note', rect: { x: 0, y: 0, width: 1, height: 1 }, text: 'hi' }],
  settings: { timeout: '1h' },
}
const draft: WorkflowDocument = { ...EMPTY_DOCUMENT, nodes: [node('a')] }

function fixesFor(part: DraftLoss['part'], key: string, document = draft) {
  const published = { version: '4', document: version }
  const translate = createTranslate(en, 'en')
  const [problem] = lossProblems([{ part, key, message: 'm' }], { document, published, translate })
  return problem?.fixes.map(({ title, operations }) => [title, operations])
}

describe('lossProblems', () => {
  const drop = (part: DraftLoss['part'], key: string) => ({ op: 'drop_unreadable', part, key })

  test.each([
    [
      'nodes',
      'b',
      [
        { op: 'add_node', node: node('b') },
        { op: 'add_edge', edge: edge('a', 'b') },
      ],
    ],
    ['nodes', 'c', [{ op: 'add_node', node: node('c') }]],
    ['variables', 'desk', [{ op: 'set_variable', name: 'desk', variable: { name: 'desk', value: 'x' } }]],
    ['annotations', 'note', [{ op: 'set_annotation', id: 'note', annotation: version.annotations[0] }]],
    ['settings', 'timeout', [{ op: 'set_setting', key: 'timeout', value: '1h' }]],
  ] as const)('restores from %s the entry %s, as far as its ends are there, or removes it', (part, key, restoring) => {
    expect(fixesFor(part, key)).toEqual([
      ['Restore it from version 4', [drop(part, key), ...restoring]],
      ['Remove it', [drop(part, key)]],
    ])
  })

  test('restores an edge only between nodes of the draft', () => {
    const { id } = edge('a', 'b')
    expect(fixesFor('edges', id)).toEqual([['Remove it', [drop('edges', id)]]])
    expect(fixesFor('edges', id, { ...draft, nodes: [node('a'), node('b')] })?.[0]).toEqual([
      'Restore it from version 4',
      [drop('edges', id), { op: 'add_edge', edge: edge('a', 'b') }],
    ])
  })

  test.each(['nodes', 'variables', 'annotations', 'settings'] as const)(
    'only removes from %s what the version does not have',
    (part) => expect(fixesFor(part, 'other')).toEqual([['Remove it', [drop(part, 'other')]]]),
  )

  test('keeps the rest of an entry of which something can be read, and leads to its node', () => {
    const document = { ...version, edges: [] }
    for (const [part, key] of [
      ['nodes', 'a'],
      ['variables', 'desk'],
      ['settings', 'timeout'],
    ] as const) {
      expect(fixesFor(part, key, document)).toEqual([['Keep only what can be read', [drop(part, key)]]])
    }
    const context = { document, published: null, translate: createTranslate(en, 'en') }
    const losses: DraftLoss[] = [
      { part: 'nodes', key: 'a', message: 'm' },
      { part: 'nodes', key: 'a', message: 'n' },
    ]
    const problems = lossProblems(losses, context)
    expect(problems.map(({ nodeId }) => nodeId)).toEqual(['a', 'a'])
    expect(new Set(problems.map(({ id }) => id)).size).toBe(2)
  })

  test('only removes before a version is loaded', () => {
    const context = { document: draft, published: null, translate: createTranslate(en, 'en') }
    const [problem] = lossProblems([{ part: 'nodes', key: 'b', message: 'm' }], context)
    expect(problem?.fixes.map(({ title }) => title)).toEqual(['Remove it'])
  })

  test('has the text of the host for its code, with the original in it', () => {
    const translate = createTranslate({ ...en, 'problem.DRAFT_UNREADABLE': 'Unlesbar in {node}: {message}' }, 'de')
    const losses: DraftLoss[] = [{ part: 'nodes', key: 'a', message: 'Node a cannot be read' }]
    const [problem] = lossProblems(losses, { document: draft, published: null, translate })
    expect(problem?.message).toBe('Unlesbar in a: Node a cannot be read')
  })
})
