import { applyOperations, type Position, type WorkflowDocument } from '@tenon/core/document'
import { edge, node, workflow } from '@tenon/core/testing'
import { describe, expect, test } from 'vitest'
import { SMALL_MANIFEST } from '../../test/fixtures/small-manifest.ts'
import { createManifestIndex } from '../manifest/manifest-index.ts'
import type { EditorCommand } from './command.ts'
import { planCommand } from './planners.ts'

const manifest = createManifestIndex(SMALL_MANIFEST)
const bend = [
  { x: 300, y: 24 },
  { x: 300, y: -40 },
]
const shifted = (x: number, y: number) => bend.map((point) => ({ x: point.x + x, y: point.y + y }))

/** A chain of which each edge has bend points, with a fourth node apart. */
const bent: WorkflowDocument = applyOperations(
  workflow([node('start', 'start'), node('a', 'step'), node('z', 'stop'), node('apart', 'step')], ['start>a', 'a>z']),
  [
    { op: 'set_edge_points', edgeId: 'start:success>a:in', points: bend },
    { op: 'set_edge_points', edgeId: 'a:success>z:in', points: bend },
  ],
)

function bendsBehind(document: WorkflowDocument, command: EditorCommand) {
  const plan = planCommand(command, { document, manifest })
  if ('refused' in plan) throw new Error(plan.refused)
  const { edges } = applyOperations(document, plan.operations)
  return Object.fromEntries(edges.map(({ id, points }) => [id, points ?? null]))
}

const moveBy = (ids: readonly string[], x: number, y: number): EditorCommand => ({
  type: 'move-nodes',
  moves: ids.map((nodeId) => {
    const at = bent.nodes.find(({ id }) => id === nodeId)?.position ?? { x: 0, y: 0 }
    return { nodeId, position: { x: at.x + x, y: at.y + y } }
  }),
})

describe('bend points', () => {
  test('are removed where one end of the edge moves', () => {
    expect(bendsBehind(bent, moveBy(['start'], 0, 50))).toEqual({ 'start:success>a:in': null, 'a:success>z:in': bend })
    expect(bendsBehind(bent, moveBy(['z'], 10, 0))).toEqual({ 'start:success>a:in': bend, 'a:success>z:in': null })
  })

  test('move along where both ends move the same way', () => {
    expect(bendsBehind(bent, moveBy(['start', 'a'], -20, 70))).toEqual({
      'start:success>a:in': shifted(-20, 70),
      'a:success>z:in': null,
    })
  })

  test('stay where other nodes move, or none', () => {
    const kept = { 'start:success>a:in': bend, 'a:success>z:in': bend }
    expect(bendsBehind(bent, moveBy(['apart'], 5, 5))).toEqual(kept)
    expect(bendsBehind(bent, moveBy(['start'], 0, 0))).toEqual(kept)
  })

  test('move along where a node is inserted before both ends of their edge', () => {
    const wide = applyOperations(bent, [
      {
        op: 'move_nodes',
        moves: [
          { nodeId: 'a', position: { x: 300, y: 0 } },
          { nodeId: 'z', position: { x: 600, y: 0 } },
        ],
      },
    ])
    const placement = { kind: 'on-edge', edgeId: 'start:success>a:in' } as const
    const after = bendsBehind(wide, { type: 'add-node', nodeType: 'step', placement })
    expect(after['a:success>z:in']).toEqual(bend.map(({ x, y }) => ({ x: x + 300, y })))
    expect(Object.keys(after)).not.toContain('start:success>a:in')
  })

  test('follow an edge whose port gets a new name', () => {
    const cases = workflow(
      [node('c', 'cases', { cases: [{ id: 'old', title: 'Old' }] }), node('z', 'stop')],
      [edge('c:old>z')],
    )
    const document = applyOperations(cases, [{ op: 'set_edge_points', edgeId: 'c:old>z:in', points: bend }])
    const command: EditorCommand = { type: 'rename-port', nodeId: 'c', path: ['cases', 0, 'id'], to: 'vip' }
    expect(bendsBehind(document, command)).toEqual({ 'c:vip>z:in': bend })
  })
})

describe('tidy-up', () => {
  const tidy = (bends: ReadonlyMap<string, readonly Position[]>, ids = ['a']): EditorCommand => ({
    type: 'tidy-up',
    moves: ids.map((nodeId) => ({ nodeId, position: { x: 900, y: 900 } })),
    bends,
  })

  test('writes new bend points, and removes those of other edges whose ends have moved', () => {
    const line = [{ x: 1, y: 2 }]
    expect(bendsBehind(bent, tidy(new Map([['a:success>z:in', line]])))).toEqual({
      'start:success>a:in': null,
      'a:success>z:in': line,
    })
    expect(bendsBehind(bent, tidy(new Map([['a:success>z:in', []]])))['a:success>z:in']).toBeNull()
  })

  test('writes nothing for an edge that keeps its points', () => {
    const same = new Map(bent.edges.map(({ id }) => [id, structuredClone(bend)]))
    const plan = planCommand(tidy(same), { document: bent, manifest })
    expect('operations' in plan && plan.operations.map(({ op }) => op)).toEqual(['move_nodes'])
  })

  test('skips nodes and edges that another user has deleted in the meantime', () => {
    const plan = planCommand(tidy(new Map([['gone:success>a:in', bend]]), ['gone']), { document: bent, manifest })
    expect(plan).toEqual({ operations: [], message: { key: 'command.tidied', values: { count: 0 } } })
  })
})
