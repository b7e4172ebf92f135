import { edgeId, type JoinMode, type WorkflowEdge, type WorkflowNode } from '@tenon/core/document'
import { node, workflow } from '@tenon/core/testing'
import { compile } from '../compile.ts'
import type { Plan } from '../plan.ts'
import { TEST_MANIFEST } from './manifest.ts'
import { type Tape, tapeOf } from './tape.ts'

const MODES: readonly JoinMode[] = ['any', 'first-success', { count: 2 }, 'all', 'any', { count: 1 }]
const LEAVES = [
  ['probe', 'success'],
  ['approval', 'approve'],
  ['delay', 'success'],
  ['set', 'success'],
] as const

interface SourcePort {
  readonly source: string
  readonly sourceHandle: string
}

interface Builder {
  readonly nodes: WorkflowNode[]
  readonly edges: WorkflowEdge[]
  readonly tape: Tape
}

function add({ nodes, edges, tape }: Builder, type: string, from: readonly SourcePort[], join: JoinMode = 'all') {
  const id = `n${nodes.length}`
  const onError = (['fail', 'park'] as const)[tape.next(6)] ?? 'continue'
  nodes.push(node(id, type, {}, { policy: { join, onError }, disabled: tape.next(12) === 0 && nodes.length > 0 }))
  for (const source of from) {
    const ends = { ...source, target: id, targetHandle: 'in' }
    edges.push({ id: edgeId(ends), ...ends })
  }
  return id
}

function grow(builder: Builder, entry: SourcePort, depth: number): SourcePort {
  const { tape } = builder
  const shape = depth === 0 ? 0 : tape.next(4)
  if (shape === 0) {
    const [type, sourceHandle] = LEAVES[tape.next(LEAVES.length)] ?? LEAVES[0]
    const exit = { source: add(builder, type, [entry]), sourceHandle }
    // A path of its own: nodes before it cannot lose a race.
    if (tape.next(8) === 0) add(builder, 'end', [exit])
    return exit
  }
  if (shape === 1) return grow(builder, grow(builder, entry, depth - 1), depth - 1)
  const split = add(builder, shape === 2 ? 'fork' : 'if-else', [entry])
  const branches = (shape === 2 ? ['a', 'b'] : ['true', 'false']).map((sourceHandle) => ({
    source: split,
    sourceHandle,
  }))
  const exits = branches.map((branch) => (tape.next(6) === 0 ? branch : grow(builder, branch, depth - 1)))
  const mode = MODES[tape.next(MODES.length)] ?? 'any'
  return { source: add(builder, 'join', exits, mode), sourceHandle: 'success' }
}

/** Creates a graph of nested branches that end in joins, most of which have losers; at most about 60 nodes. */
export function nestedPlan(values: readonly number[]): Plan {
  const builder: Builder = { nodes: [], edges: [], tape: tapeOf(values) }
  const start = add(builder, 'start', [])
  const exit = grow(builder, { source: start, sourceHandle: 'success' }, 4)
  add(builder, 'end', [exit])
  return compile(workflow(builder.nodes, builder.edges), TEST_MANIFEST)
}
