import type { NodeId } from '../ids.ts'
import { malformed } from './faults.ts'
import type {
  Annotation,
  WorkflowDocument,
  WorkflowEdge,
  WorkflowNode,
  WorkflowSettings,
  WorkflowVariable,
} from './types.ts'

/** A document that can be changed cheaply while a list of operations is applied; unchanged parts are shared. */
export interface WorkingDocument {
  readonly nodes: Map<NodeId, WorkflowNode>
  readonly edges: Map<string, WorkflowEdge>
  readonly variables: Map<string, WorkflowVariable>
  readonly annotations: Map<string, Annotation>
  settings: WorkflowSettings
}

export function openDocument(document: WorkflowDocument): WorkingDocument {
  return {
    nodes: new Map(document.nodes.map((node) => [node.id, node])),
    edges: new Map(document.edges.map((edge) => [edge.id, edge])),
    variables: new Map(document.variables.map((variable) => [variable.name, variable])),
    annotations: new Map(document.annotations.map((annotation) => [annotation.id, annotation])),
    settings: document.settings,
  }
}

export function closeDocument(working: WorkingDocument): WorkflowDocument {
  return {
    schemaVersion: 1,
    nodes: [...working.nodes.values()],
    edges: [...working.edges.values()],
    variables: [...working.variables.values()],
    annotations: [...working.annotations.values()],
    settings: working.settings,
  }
}

/** Returns the node. @throws {@link TenonError} `DOCUMENT_MALFORMED` if it is missing. */
export function nodeIn(working: WorkingDocument, nodeId: NodeId, field = 'nodeId'): WorkflowNode {
  return working.nodes.get(nodeId) ?? malformed([field], `refers to a missing node: "${nodeId}"`)
}

/** Returns the edge. @throws {@link TenonError} `DOCUMENT_MALFORMED` if it is missing. */
export function edgeIn(working: WorkingDocument, id: string): WorkflowEdge {
  return working.edges.get(id) ?? malformed(['edgeId'], `refers to a missing edge: "${id}"`)
}

/** Returns the ids of the node and of all nodes inside it, at any depth. */
export function nodesInside(working: WorkingDocument, nodeId: NodeId): ReadonlySet<NodeId> {
  const inside = new Map<NodeId, NodeId[]>()
  for (const { id, parentId } of working.nodes.values()) {
    if (parentId === undefined) continue
    const known = inside.get(parentId)
    if (known === undefined) inside.set(parentId, [id])
    else known.push(id)
  }
  const found = new Set([nodeId])
  // Iteration of a Set includes values added on the way, so deeper levels follow.
  for (const each of found) for (const id of inside.get(each) ?? []) found.add(id)
  return found
}

/** Returns the ids of the edges that start or end at one of the nodes. */
export function edgesAt(working: WorkingDocument, nodeIds: ReadonlySet<NodeId>): readonly string[] {
  return [...working.edges.values()]
    .filter(({ source, target }) => nodeIds.has(source) || nodeIds.has(target))
    .map(({ id }) => id)
}
