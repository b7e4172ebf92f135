import { edgeId, type WorkflowDocument, type WorkflowEdge } from '@tenon/core/document'
import type { SurveyedNode } from '@tenon/core/validate'
import type { IssueList } from './compile-issues.ts'
import { ERROR_PORT } from './finish-node.ts'
import { entryOf, itemAt } from './lookup.ts'
import type { PlanEdge, PlanNode } from './plan.ts'

/** Reports edges that end at a missing node, or lead into or out of a loop. */
export function checkEnds({ nodes, edges }: WorkflowDocument, issues: IssueList): void {
  const parents = new Map(nodes.map(({ id, parentId }) => [id, parentId ?? null]))
  for (const [index, edge] of edges.entries()) {
    const source = parents.get(edge.source)
    const target = parents.get(edge.target)
    const path = ['edges', index]
    if (source === undefined || target === undefined) {
      issues.add(path, 'EDGE_DANGLING', `The edge "${edgeId(edge)}" starts or ends at a missing node`)
    } else if (source !== target) {
      issues.add(path, 'EDGE_ACROSS_PARENTS', `The edge "${edgeId(edge)}" leads into or out of a loop`)
    }
  }
}

/**
 * Compiles the edges between the nodes of one level by index, in the order of their sources, then of their ids, so that
 * documents that differ only in the order of edges have the same plan.
 */
export function compileEdges(level: readonly SurveyedNode[]): readonly PlanEdge[] {
  const indexes = new Map(level.map(({ node }, index) => [node.id, index]))
  const compiled = (source: number, edge: WorkflowEdge): PlanEdge => {
    const { sourceHandle, targetHandle } = edge
    return { id: edgeId(edge), source, sourceHandle, target: entryOf(indexes, edge.target), targetHandle }
  }
  const edges: PlanEdge[] = []
  for (const [source, { outgoing }] of level.entries()) {
    // Most nodes have one edge, and need no order.
    if (outgoing.length === 1) edges.push(compiled(source, itemAt(outgoing, 0)))
    else for (const edge of inOrderOfIds(outgoing.map((each) => compiled(source, each)))) edges.push(edge)
  }
  return edges
}

/** Sorts the edges of one node by their ids; of those with the same ends, one counts. */
function inOrderOfIds(edges: readonly PlanEdge[]): readonly PlanEdge[] {
  const byId = new Map(edges.map((edge) => [edge.id, edge]))
  return [...byId.values()].sort((a, b) => (a.id < b.id ? -1 : 1))
}

/** Edges at one node, by index. */
export interface EdgesAtNode {
  readonly incoming: readonly number[]
  readonly outgoing: readonly number[]
}

/** Returns the edges at each of `count` nodes. */
export function edgesByNode(edges: readonly PlanEdge[], count: number): readonly EdgesAtNode[] {
  const none: number[] = []
  const byNode = Array.from({ length: count }, () => ({ incoming: none, outgoing: none }))
  for (const [index, { source, target }] of edges.entries()) {
    const [from, to] = [itemAt(byNode, source), itemAt(byNode, target)]
    // Most nodes have one edge. `[x]` reserves one slot; the first `push` to an empty list reserves many.
    if (from.outgoing.length === 0) from.outgoing = [index]
    else from.outgoing.push(index)
    if (to.incoming.length === 0) to.incoming = [index]
    else to.incoming.push(index)
  }
  return byNode
}

/** Reports edges that can never become live: from a missing port, or into a trigger. */
export function checkEdges(edges: readonly PlanEdge[], nodes: readonly PlanNode[], issues: IssueList): void {
  for (const { id, source, sourceHandle, target } of edges) {
    if (sourceHandle !== ERROR_PORT && !itemAt(nodes, source).ports.includes(sourceHandle)) {
      issues.add(['edges', id], 'PORT_UNKNOWN', `The edge "${id}" starts at a port that the node does not have`)
    }
    if (itemAt(nodes, target).control === 'trigger') {
      issues.add(['edges', id], 'TRIGGER_HAS_EDGE', `The edge "${id}" ends at a trigger`)
    }
  }
}
