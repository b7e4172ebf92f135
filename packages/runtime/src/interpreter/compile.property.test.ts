import { edgeId, type WorkflowDocument } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import { node, workflow } from '@tenon/core/testing'
import { type IssueCode, MAX_NESTING, validateWorkflow } from '@tenon/core/validate'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compile } from './compile.ts'
import { nodesWithin } from './plan.ts'
import { TEST_MANIFEST } from './testing/manifest.ts'

const TYPES = [
  'start',
  'end',
  'set',
  'loop',
  'loop',
  'loop',
  'fork',
  'join',
  'if-else',
  'probe',
  'unknown',
  'scope',
  'break',
  'continue',
] as const
const PORTS = ['success', 'true', 'a'] as const
const IDS = ['a', 'b', 'c', 'd', 'e', 'f'] as const

/** Issues that make a document impossible to run. The others are about params, policies, and what authors intend. */
const STRUCTURAL: ReadonlySet<string> = new Set<IssueCode>([
  'NODE_ID_DUPLICATE',
  'NODE_TYPE_UNKNOWN',
  'WORKFLOW_CYCLE',
  'CONTAINER_EMPTY',
  'PARENT_NOT_CONTAINER',
  'NODE_NOT_IN_CONTAINER',
  'BREAK_OUTSIDE_LOOP',
  'NESTED_TOO_DEEP',
  'EDGE_DANGLING',
  'EDGE_ACROSS_PARENTS',
  'PORT_UNKNOWN',
  'TRIGGER_HAS_EDGE',
])

const anyId = fc.constantFrom(...IDS)
const parents = fc.option(fc.oneof({ weight: 9, arbitrary: anyId }, { weight: 1, arbitrary: fc.constant('gone') }))

/** Documents with nodes inside others and edges at random, of which a part can run. */
const documents: fc.Arbitrary<WorkflowDocument> = fc
  .record({
    nodes: fc.array(
      fc.record({ id: anyId, type: fc.constantFrom(...TYPES), parentId: parents, disabled: fc.boolean() }),
      { minLength: 1, maxLength: 6 },
    ),
    edges: fc.array(fc.record({ source: anyId, sourceHandle: fc.constantFrom(...PORTS), target: anyId }), {
      maxLength: 3,
    }),
  })
  .map(({ nodes, edges }) => {
    const ends = edges.map((edge) => ({ ...edge, targetHandle: 'in' }))
    const byId = new Map(ends.map((edge) => [edgeId(edge), { ...edge, id: edgeId(edge) }]))
    const made = nodes.map(({ id, type, parentId, disabled }) =>
      node(id, type, {}, { ...(parentId === null ? {} : { parentId }), ...(disabled ? { disabled } : {}) }),
    )
    return workflow(made, [...byId.values()])
  })

/** Documents whose nodes are inside loops that come before them, and whose edges lead forward within a level. */
const nested: fc.Arbitrary<WorkflowDocument> = fc
  .array(
    fc.record({ type: fc.constantFrom('set', 'loop', 'scope', 'probe', 'break'), loop: fc.nat(), source: fc.nat() }),
    {
      maxLength: 12,
    },
  )
  .map((drafts) => {
    const nodes = [node('start', 'start')]
    const edges: string[] = []
    for (const [index, { type, loop, source }] of drafts.entries()) {
      const loops = [
        undefined,
        ...nodes.filter((each) => each.type === 'loop' || each.type === 'scope').map(({ id }) => id),
      ]
      const parentId = loops[loop % loops.length]
      const level = nodes.filter((each) => each.parentId === parentId)
      const before = level[source % (level.length + 1)]
      if (before !== undefined) edges.push(`${before.id}>n${index}`)
      nodes.push(node(`n${index}`, type, {}, parentId === undefined ? {} : { parentId }))
    }
    return workflow(nodes, edges)
  })

function refusal(document: WorkflowDocument): unknown {
  try {
    compile(document, TEST_MANIFEST)
    return null
  } catch (error) {
    return error
  }
}

const structuralIssues = (document: WorkflowDocument) =>
  validateWorkflow(document, TEST_MANIFEST).filter(({ code, severity }) => severity === 'error' && STRUCTURAL.has(code))

test('a document compiles if and only if its validation finds no structural fault', () => {
  let compiled = 0
  fc.assert(
    fc.property(fc.oneof(documents, nested), (document) => {
      const error = refusal(document)
      expect({ document, issues: structuralIssues(document).length > 0 }).toEqual({ document, issues: error !== null })
      if (error === null) compiled += 1
      else expect(error).toMatchObject({ code: 'WORKFLOW_INVALID', constructor: TenonError })
    }),
    { numRuns: 1_000 },
  )
  // About 120 of 1,000 do; far fewer would leave the property without plans.
  expect(compiled).toBeGreaterThan(50)
})

/** Loops inside each other with a node in the innermost. */
function nest(depth: number): WorkflowDocument {
  const loops = Array.from({ length: depth }, (_, at) =>
    node(`l${at}`, 'loop', {}, at === 0 ? {} : { parentId: `l${at - 1}` }),
  )
  return workflow(
    [node('start', 'start'), ...loops, node('leaf', 'set', {}, { parentId: `l${depth - 1}` })],
    ['start>l0'],
  )
}

test('loops inside each other compile up to a limit, and more are an issue, however many', () => {
  expect(nodesWithin(compile(nest(MAX_NESTING), TEST_MANIFEST))).toHaveLength(MAX_NESTING + 2)
  for (const depth of [MAX_NESTING + 1, 60, 9_000]) {
    expect(structuralIssues(nest(depth))).toMatchObject([{ code: 'NESTED_TOO_DEEP' }])
    expect(refusal(nest(depth))).toMatchObject({ details: { issues: [{ code: 'NESTED_TOO_DEEP' }] } })
  }
})

test('the cost of the edges does not depend on the number of loops', () => {
  const readsOf = (size: number): number => {
    let reads = 0
    const nodes = Array.from({ length: size }, (_, at) => [
      node(`l${at}`, 'loop'),
      ...Array.from({ length: 19 }, (_child, child) => node(`l${at}c${child}`, 'set', {}, { parentId: `l${at}` })),
    ]).flat()
    const texts = nodes.flatMap(({ id, type, parentId }, at) => {
      const before = nodes[at - 1]
      return type === 'set' && before?.parentId === parentId ? [`${before?.id}>${id}`] : []
    })
    const document = workflow(nodes, texts)
    const edges = document.edges.map((edge) =>
      Object.defineProperty({ ...edge }, 'target', {
        get() {
          reads += 1
          return edge.target
        },
      }),
    )
    compile({ ...document, edges }, TEST_MANIFEST)
    return reads / edges.length
  }
  expect(readsOf(100)).toBe(readsOf(50))
})

test('the plan of a nested document has every node once, at the level of its loop', () => {
  fc.assert(
    fc.property(nested, (document) => {
      fc.pre(refusal(document) === null)
      const plan = compile(document, TEST_MANIFEST)
      const all = nodesWithin(plan)
      expect(all.map(({ id }) => id).sort()).toEqual(document.nodes.map(({ id }) => id).sort())
      for (const { id, children } of all) {
        const within = document.nodes.filter(({ parentId }) => parentId === id).map((each) => each.id)
        expect((children?.nodes ?? []).map((each) => each.id).sort()).toEqual(within.sort())
      }
    }),
    { numRuns: 200 },
  )
})
