import type { NodeId, WorkflowDocument, WorkflowEdge, WorkflowNode } from '@tenon/core/document'
import { idsInside } from '../graph/containers.ts'
import type { Peer } from './editor-state.ts'

/** The node of the open form, after another user has deleted it. */
export interface DeletedNode {
  readonly node: WorkflowNode
  /** Nodes inside it that were deleted with it, at every depth, in document order. */
  readonly inside: readonly WorkflowNode[]
  /** Its edges, and those of the nodes inside it. */
  readonly edges: readonly WorkflowEdge[]
  /** Edges that replaced it: between a node before it and a node after it. */
  readonly bridges: readonly string[]
  /** Node that followed it in the document, and is not deleted; `null` for the last one. */
  readonly next: NodeId | null
  /** Name of the user who deleted it; `null` if unknown. */
  readonly by: string | null
}

/**
 * Describes a node that is missing in a newly read document, so that it can be restored. The draft does not store who
 * deleted a node; it is taken to be the only user who had it selected.
 *
 * @param peers - The other users when the change arrived.
 * @returns `null` if the node is not missing.
 */
export function deletedNode(
  nodeId: NodeId,
  before: WorkflowDocument,
  after: WorkflowDocument,
  peers: readonly Peer[],
): DeletedNode | null {
  const index = before.nodes.findIndex(({ id }) => id === nodeId)
  const node = before.nodes[index]
  const left = new Set(after.nodes.map(({ id }) => id))
  if (node === undefined || left.has(nodeId)) return null
  const content = idsInside(before, [nodeId])
  const inside = before.nodes.filter(({ id }) => content.has(id) && !left.has(id))
  const gone = new Set([nodeId, ...inside.map(({ id }) => id)])
  const edges = before.edges.filter(({ source, target }) => gone.has(source) || gone.has(target))
  const sources = new Set(edges.map(({ source }) => source))
  const targets = new Set(edges.map(({ target }) => target))
  const known = new Set(before.edges.map(({ id }) => id))
  const bridges = after.edges.filter(
    ({ id, source, target }) => !known.has(id) && sources.has(source) && targets.has(target),
  )
  const candidates = new Map(
    peers.filter(({ selection }) => selection.includes(nodeId)).map((peer) => [peer.userId, peer.displayName]),
  )
  const [by = null, ...others] = candidates.values()
  return {
    node,
    inside,
    edges,
    bridges: bridges.map(({ id }) => id),
    next: before.nodes.slice(index + 1).find(({ id }) => left.has(id))?.id ?? null,
    by: others.length === 0 ? by : null,
  }
}
