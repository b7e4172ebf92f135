import { diffDocuments } from '@tenon/core/collab'
import type { DocumentOperation } from '@tenon/core/document'
import type { Planner } from './command.ts'
import { edgeOperation } from './plan-edges.ts'

/** Plans the smallest change that makes the draft the same as a version: what others edit elsewhere stays. */
export const planRestore: Planner<'restore'> = ({ version, document: target }, { document }) => ({
  operations: diffDocuments(document, target),
  message: { key: 'versions.restored', values: { version } },
  select: [],
})

/** Plans the return of a node that another user has deleted, with the edges whose other ends still exist. */
export const planRestoreNode: Planner<'restore-node'> = ({ deleted }, { document }) => {
  const { node, edges, bridges, next } = deleted
  const ids = new Set(document.nodes.map(({ id }) => id))
  const message = { key: 'command.restored', values: { name: node.name } } as const
  if (ids.has(node.id)) return { operations: [], message, select: [node.id] }
  const { parentId, ...free } = node
  // The loop around it may be deleted as well.
  const restored = parentId === undefined || ids.has(parentId) ? node : free
  const operations: DocumentOperation[] = [{ op: 'add_node', node: restored }]
  if (next !== null && ids.has(next)) operations.push({ op: 'place_node', nodeId: node.id, before: next })
  for (const { id } of document.edges) if (bridges.includes(id)) operations.push({ op: 'remove_edge', edgeId: id })
  for (const edge of edges) {
    if ([edge.source, edge.target].every((end) => end === node.id || ids.has(end))) operations.push(edgeOperation(edge))
  }
  return { operations, message, select: [node.id] }
}
