import type { WorkflowDocument } from '@tenon/core/document'
import type { ChangeKind, DocumentChange } from './compare-documents.ts'

/** A document as it is drawn beside another: with the nodes and edges that are gone, and how each one differs. */
export interface MarkedDocument {
  readonly document: WorkflowDocument
  /** By node id and edge id. */
  readonly marks: ReadonlyMap<string, ChangeKind>
}

/**
 * Adds to a document what it no longer has, so that one picture shows both.
 *
 * @param after - Document to draw.
 * @param changes - From another document to `after`.
 */
export function mergeDocuments(after: WorkflowDocument, changes: readonly DocumentChange[]): MarkedDocument {
  const marks = new Map<string, ChangeKind>()
  const nodes: WorkflowDocument['nodes'][number][] = []
  const edges: WorkflowDocument['edges'][number][] = []
  for (const change of changes) {
    if (change.part === 'node') {
      const node = change.after ?? change.before
      if (node === null) continue
      marks.set(node.id, change.kind)
      if (change.after === null) nodes.push(node)
    } else if (change.part === 'edge') {
      const edge = change.after ?? change.before
      if (edge === null) continue
      marks.set(edge.id, change.kind)
      if (change.after === null) edges.push(edge)
    }
  }
  // Later nodes and edges are drawn on top.
  return { document: { ...after, nodes: [...nodes, ...after.nodes], edges: [...edges, ...after.edges] }, marks }
}
