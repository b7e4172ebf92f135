import type { Json } from '../json.ts'
import { canonicalJson } from './json-values.ts'
import { inKeyOrder } from './key-order.ts'
import { type Annotation, edgeId, type WorkflowDocument, type WorkflowEdge, type WorkflowNode } from './types.ts'

function canonicalNode({ notes, disabled, locked, policy, keyOrder, ...node }: WorkflowNode): WorkflowNode {
  return {
    ...node,
    ...(keyOrder !== undefined && Object.keys(keyOrder).length > 0 ? { keyOrder } : {}),
    ...(policy !== undefined && Object.keys(policy).length > 0 ? { policy } : {}),
    ...(disabled ? { disabled } : {}),
    ...(locked ? { locked } : {}),
    ...(notes ? { notes } : {}),
  }
}

function canonicalEdge({ points, ...edge }: WorkflowEdge): WorkflowEdge {
  return { ...edge, id: edgeId(edge), ...(points !== undefined && points.length > 0 ? { points } : {}) }
}

const byId = (a: { id: string }, b: { id: string }): number => (a.id < b.id ? -1 : Number(a.id > b.id))

/**
 * Converts a document to its canonical form, so that equal drafts have equal texts: edges and annotations sorted by id,
 * fields with a default value (empty notes, `disabled: false`, an empty policy) left out, keys sorted. Objects in
 * params for which the author has arranged the keys have them in that order.
 *
 * Nodes and variables keep their order, which has a meaning.
 *
 * @returns A fresh document that shares nothing with the argument.
 */
export function canonicalDocument(document: WorkflowDocument): WorkflowDocument {
  const annotations: Annotation[] = [...document.annotations].sort(byId)
  const canonical = {
    schemaVersion: 1,
    nodes: document.nodes.map(canonicalNode),
    edges: document.edges.map(canonicalEdge).sort(byId),
    variables: document.variables,
    annotations,
    settings: document.settings,
  } satisfies WorkflowDocument
  const sorted = copyCanonically(canonical)
  return { ...sorted, nodes: sorted.nodes.map(arrangeParams) }
}

function arrangeParams(node: WorkflowNode): WorkflowNode {
  return node.keyOrder === undefined ? node : { ...node, params: inKeyOrder(node.params, node.keyOrder) }
}

function copyCanonically(document: WorkflowDocument): WorkflowDocument {
  return canonicalJson(document as WorkflowDocument & Json) as WorkflowDocument & Json
}
