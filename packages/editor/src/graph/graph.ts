import type { NodeId, WorkflowDocument, WorkflowEdge } from '@tenon/core/document'

/** Edges by their ends, for one state of a document. */
export interface Graph {
  readonly incoming: ReadonlyMap<NodeId, readonly WorkflowEdge[]>
  readonly outgoing: ReadonlyMap<NodeId, readonly WorkflowEdge[]>
}

const NO_EDGES: readonly WorkflowEdge[] = Object.freeze([])

export function graphOf(document: Pick<WorkflowDocument, 'edges'>): Graph {
  const incoming = new Map<NodeId, WorkflowEdge[]>()
  const outgoing = new Map<NodeId, WorkflowEdge[]>()
  for (const edge of document.edges) {
    push(outgoing, edge.source, edge)
    push(incoming, edge.target, edge)
  }
  return { incoming, outgoing }
}

export function edgesInto(graph: Graph, nodeId: NodeId): readonly WorkflowEdge[] {
  return graph.incoming.get(nodeId) ?? NO_EDGES
}

export function edgesOutOf(graph: Graph, nodeId: NodeId): readonly WorkflowEdge[] {
  return graph.outgoing.get(nodeId) ?? NO_EDGES
}

/** Returns every node that can be reached from a node, without the node itself. */
export function descendantsOf(graph: Graph, nodeId: NodeId): ReadonlySet<NodeId> {
  const found = new Set<NodeId>()
  const queue = [nodeId]
  for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
    for (const { target } of edgesOutOf(graph, id)) {
      if (found.has(target) || target === nodeId) continue
      found.add(target)
      queue.push(target)
    }
  }
  return found
}

/** Checks whether an edge from `source` to `target` would create a cycle. */
export function wouldCycle(graph: Graph, source: NodeId, target: NodeId): boolean {
  return source === target || descendantsOf(graph, target).has(source)
}

function push(map: Map<NodeId, WorkflowEdge[]>, key: NodeId, edge: WorkflowEdge): void {
  const list = map.get(key)
  if (list === undefined) map.set(key, [edge])
  else list.push(edge)
}
