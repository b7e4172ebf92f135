import { edgeId, type JoinMode, type OnError, type WorkflowEdge, type WorkflowNode } from '@tenon/core/document'
import { node, workflow } from '@tenon/core/testing'
import fc from 'fast-check'
import { compile } from '../compile.ts'
import type { Plan } from '../plan.ts'
import { arbitraryTape } from './arbitrary-tape.ts'
import { TEST_MANIFEST } from './manifest.ts'
import { nestedPlan } from './nested-plan.ts'

const TYPES = ['probe', 'set', 'if-else', 'switch', 'fork', 'join', 'approval', 'delay', 'end', 'start'] as const
type TestType = (typeof TYPES)[number]
/** More forks and joins, which make the graphs interesting. */
const DRAWN: readonly TestType[] = [...TYPES, 'probe', 'probe', 'fork', 'fork', 'fork', 'join', 'join', 'join']

const PORTS: Readonly<Record<TestType, readonly string[]>> = {
  start: ['success'],
  probe: ['success', 'error'],
  set: ['success'],
  'if-else': ['true', 'false'],
  switch: ['x', 'default'],
  fork: ['a', 'b', 'error'],
  join: ['success', 'error'],
  approval: ['approve', 'reject', 'timeout'],
  delay: ['success'],
  end: [],
}

interface NodeDraft {
  readonly type: TestType
  readonly disabled: boolean
  readonly onError: OnError
  readonly join: JoinMode
  /** Sources of its edges: mostly ports without edges, sometimes any earlier port. */
  readonly sources: readonly { readonly anywhere: boolean; readonly pick: number }[]
  readonly rank: number
}

function draftOf(options: { readonly racing: boolean; readonly failing: boolean }): fc.Arbitrary<NodeDraft> {
  const racingJoin = fc.oneof(
    { weight: 3, arbitrary: fc.constant<JoinMode>('all') },
    { weight: 3, arbitrary: fc.constantFrom<JoinMode>('any', 'first-success') },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 3 }).map<JoinMode>((count) => ({ count })) },
  )
  return fc.record({
    type: fc.constantFrom(...DRAWN),
    disabled: fc.integer({ min: 0, max: 9 }).map((dice) => dice === 0),
    onError: options.failing
      ? fc.constantFrom<OnError>('route', 'continue', 'continue', 'continue', 'park', 'fail')
      : fc.constantFrom<OnError>('continue', 'route'),
    join: options.racing ? racingJoin : fc.constant<JoinMode>('all'),
    sources: fc.array(
      fc.record({ anywhere: fc.integer({ min: 0, max: 4 }).map((dice) => dice === 0), pick: fc.nat() }),
      { minLength: 1, maxLength: 5, size: 'max' },
    ),
    rank: fc.nat(),
  })
}

interface SourcePort {
  readonly source: string
  readonly sourceHandle: string
}

// Joins collect open ports, and other nodes mostly follow one port, so that branches end in joins.
function sourcesOf({ type, sources, rank }: NodeDraft): NodeDraft['sources'] {
  if (type === 'start') return []
  return type === 'join' ? sources : sources.slice(0, rank % 4 === 0 ? 2 : 1)
}

function edgesOf(drafts: readonly NodeDraft[]): readonly WorkflowEdge[] {
  const edges: WorkflowEdge[] = []
  const all: SourcePort[] = []
  let unused: SourcePort[] = []
  for (const [index, draft] of drafts.entries()) {
    const { type } = draft
    for (const { anywhere, pick } of sourcesOf(draft)) {
      const choices = anywhere || unused.length === 0 ? all : unused
      const port = choices[pick % Math.max(1, choices.length)]
      if (port === undefined) continue
      const ends = { ...port, target: `n${index}`, targetHandle: 'in' }
      edges.push({ id: edgeId(ends), ...ends })
      unused = unused.filter((other) => other !== port)
    }
    const ports = PORTS[type].map((sourceHandle) => ({ source: `n${index}`, sourceHandle }))
    all.push(...ports)
    unused.push(...ports.filter(({ sourceHandle }) => sourceHandle !== 'error'))
  }
  return edges
}

function nodeFrom({ type, disabled, onError, join }: NodeDraft, index: number): WorkflowNode {
  const params = type === 'switch' ? { cases: [{ id: 'x', title: 'X' }] } : {}
  return node(`n${index}`, type, params, { policy: { onError, join }, disabled })
}

/**
 * Generates plans of up to about 30 nodes of every kind, with the trigger `n0`: forks, switches, joins of all modes,
 * disabled nodes, further triggers, unreachable parts.
 */
export function arbitraryPlan(
  options: { readonly racing?: boolean; readonly failing?: boolean; readonly maxNodes?: number } = {},
): fc.Arbitrary<Plan> {
  const { racing = true, failing = true, maxNodes = 30 } = options
  const draft = draftOf({ racing, failing })
  const first = draft.map((drawn): NodeDraft => ({ ...drawn, type: 'start', disabled: false }))
  return fc
    .tuple(first, fc.array(draft, { minLength: 1, maxLength: maxNodes - 1, size: 'max' }))
    .map(([start, rest]) => {
      const drafts = [start, ...rest]
      const nodes = drafts.map((drawn, index) => ({ node: nodeFrom(drawn, index), rank: drawn.rank }))
      const shuffled = nodes.sort((a, b) => a.rank - b.rank).map((each) => each.node)
      return compile(workflow(shuffled, edgesOf(drafts)), TEST_MANIFEST)
    })
}

/** Plans of {@link arbitraryPlan} and of {@link nestedPlan}, half of each. */
export const anyPlan: fc.Arbitrary<Plan> = fc.oneof(arbitraryPlan(), arbitraryTape.map(nestedPlan))
