import type { NodeId } from '../ids.ts'
import type { WorkflowDocument, WorkflowNode } from './types.ts'

const NONE: ReadonlyMap<NodeId, NodeId> = new Map()

/**
 * Returns the nodes that undo others, each with the node that it undoes. Pairs that break a rule are left out: both are
 * in the same container, the one that undoes has no edges and no compensation of its own, and undoes no other node.
 */
export function compensationsOf({
  nodes,
  edges,
}: Pick<WorkflowDocument, 'nodes' | 'edges'>): ReadonlyMap<NodeId, NodeId> {
  const compensable = nodes.filter(({ policy }) => policy?.compensation !== undefined)
  if (compensable.length === 0) return NONE
  const byId = new Map<NodeId, WorkflowNode>()
  for (const node of nodes) if (!byId.has(node.id)) byId.set(node.id, node)
  const connected = new Set(edges.flatMap(({ source, target }) => [source, target]))
  const undone = new Map<NodeId, NodeId>()
  for (const { id, parentId, policy } of compensable) {
    const by = byId.get(policy?.compensation as NodeId)
    if (by === undefined || by.parentId !== parentId || by.policy?.compensation !== undefined) continue
    if (!connected.has(by.id) && !undone.has(by.id)) undone.set(by.id, id)
  }
  return undone
}
