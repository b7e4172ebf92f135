import { sha256Hex } from '@tenon/core/document'
import type { Plan, PlanEdge, PlanLevel, PlanNode } from '../plan.ts'
import { type Tape, tapeOf } from './tape.ts'

interface NamedEdge {
  readonly source: string
  readonly sourceHandle: string
  readonly target: string
}

/** Makes a level of nodes and of edges by their ids; edges to or from a node that is not there are dropped. */
function levelOf(nodes: readonly PlanNode[], named: readonly NamedEdge[]): PlanLevel {
  const at = new Map(nodes.map(({ id }, index) => [id, index]))
  const edges = named.flatMap(({ source, sourceHandle, target }, index): readonly PlanEdge[] => {
    const [from, to] = [at.get(source), at.get(target)]
    if (from === undefined || to === undefined) return []
    return [{ id: `e${index}`, source: from, sourceHandle, target: to, targetHandle: 'in' }]
  })
  const indexes = (isOf: (edge: PlanEdge) => boolean) =>
    [...edges.keys()].filter((edge) => isOf(edges[edge] as PlanEdge))
  const connected = nodes.map((node, index) => ({
    ...node,
    incoming: indexes(({ target }) => target === index),
    outgoing: indexes(({ source }) => source === index),
    hasErrorEdge: edges.some(({ source, sourceHandle }) => source === index && sourceHandle === 'error'),
  }))
  return { nodes: connected, edges }
}

/** Edits a level: adds nodes on edges, removes nodes and edges, changes params, and enables and disables nodes. */
function editLevel(level: PlanLevel, tape: Tape, name: string): PlanLevel {
  const idAt = (index: number): string => level.nodes[index]?.id ?? ''
  const named = level.edges.map(({ source, sourceHandle, target }) => ({
    ...{ source: idAt(source), sourceHandle, target: idAt(target) },
  }))
  const added = new Map<string, PlanNode>()
  const edges = named.flatMap((edge, index): readonly NamedEdge[] => {
    const dice = tape.next(12)
    if (dice === 0) return []
    if (dice > 1) return [edge]
    const id = `${name}${index}`
    const like = level.nodes.find(({ type }) => type === 'probe') ?? level.nodes[0]
    if (like === undefined || like.control !== null) return [edge]
    added.set(edge.target, { ...like, id, join: 'all', onError: 'continue' })
    return [
      { ...edge, target: id },
      { source: id, sourceHandle: like.ports[0] ?? 'success', target: edge.target },
    ]
  })
  const nodes = level.nodes.flatMap((node): readonly PlanNode[] => {
    const before = added.get(node.id)
    const own = tape.next(14) === 0 ? [] : [editNode(node, tape, name)]
    return before === undefined ? own : [before, ...own]
  })
  return levelOf(nodes, edges)
}

function editNode(node: PlanNode, tape: Tape, name: string): PlanNode {
  const children = node.children === undefined ? {} : { children: editLevel(node.children, tape, `${name}i`) }
  const params = tape.next(6) === 0 ? { params: { ...node.params, edited: name } } : {}
  const disabled = tape.next(10) === 0 && node.control !== 'trigger' ? { disabled: !node.disabled } : {}
  return { ...node, ...children, ...params, ...disabled }
}

/** Makes another version of a plan by random edits. */
export function editedPlan(plan: Plan, values: readonly number[], name = 'x'): Plan {
  const level = editLevel(plan, tapeOf(values), name)
  return { ...plan, ...level, planHash: sha256Hex(JSON.stringify(level)) }
}

/** Adds a node for each plain node outside of loops that undoes it. */
export function undoable(plan: Plan): Plan {
  const undone = plan.nodes.filter(({ control, type }) => control === null && type === 'probe')
  const first = plan.nodes.length
  const nodes = plan.nodes.map((node) => {
    const at = undone.indexOf(node)
    return at === -1 ? node : { ...node, compensation: first + at }
  })
  const undoing = undone.map(
    (node): PlanNode => ({
      ...{ ...node, id: `undo-${node.id}`, incoming: [], outgoing: [], hasErrorEdge: false },
      ...{ onError: 'continue', disabled: false },
    }),
  )
  return { ...plan, nodes: [...nodes, ...undoing], planHash: sha256Hex(`${plan.planHash} undoable`) }
}
