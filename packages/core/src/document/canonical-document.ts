import type { Json } from '../json.ts'
import { canonicalJson } from './json-values.ts'
import { type Annotation, edgeId, type WorkflowDocument, type WorkflowEdge, type WorkflowNode } from './types.ts'

function canonicalNode({ notes, disabled, locked, policy, ...node }: WorkflowNode): WorkflowNode {
  return {
    ...node,
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
 * fields with a default value (empty notes, `disabled: false`, an empty policy) left out, keys sorted.
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
  return copyCanonically(canonical)
}

function copyCanonically(document: WorkflowDocument): WorkflowDocument {
  return canonicalJson(document as WorkflowDocument & Json) as WorkflowDocument & Json
}
