import { diffDocuments } from '@tenon/core/collab'
import type { DocumentOperation, WorkflowEdge, WorkflowNode } from '@tenon/core/document'
import { parentsFirst } from '../graph/containers.ts'
import type { Planner } from './command.ts'
import { edgeOperation } from './plan-edges.ts'

/** Plans the smallest change that makes the draft the same as a version: what others edit elsewhere stays. */
export const planRestore: Planner<'restore'> = ({ version, document: target }, { document }) => ({
  operations: diffDocuments(document, target),
  message: { key: 'versions.restored', values: { version } },
  select: [],
})

/** Plans the return of a node that another user has deleted, with its content and the edges within one level. */
export const planRestoreNode: Planner<'restore-node'> = ({ deleted }, { document }) => {
  const { node, inside, edges, bridges, next } = deleted
  const ids = new Set(document.nodes.map(({ id }) => id))
  const message = { key: 'command.restored', values: { name: node.name } } as const
  if (ids.has(node.id)) return { operations: [], message, select: [node.id] }
  const { parentId, ...free } = node
  // The loop around it may be deleted as well.
  const outer: WorkflowNode = parentId === undefined || ids.has(parentId) ? node : free
  // The content may be back already, if another user has undone a change.
  const restored = [outer, ...parentsFirst({ nodes: inside.filter(({ id }) => !ids.has(id)) })]
  const operations: DocumentOperation[] = restored.map((each) => ({ op: 'add_node', node: each }) as const)
  if (next !== null && ids.has(next)) {
    for (const { id } of [outer, ...inside]) {
      if (!ids.has(id)) operations.push({ op: 'place_node', nodeId: id, before: next })
    }
  }
  for (const { id } of document.edges) if (bridges.includes(id)) operations.push({ op: 'remove_edge', edgeId: id })
  const levels = new Map([...document.nodes, ...restored].map(({ id, parentId }) => [id, parentId ?? null]))
  // An end may still be deleted, or moved out of the loop.
  const isOfOneLevel = ({ source, target }: WorkflowEdge) =>
    levels.get(source) !== undefined && levels.get(source) === levels.get(target)
  const known = new Set(document.edges.map(({ id }) => id))
  for (const edge of edges) {
    if (isOfOneLevel(edge) && !known.has(edge.id)) operations.push(edgeOperation(edge))
  }
  return { operations, message, select: [node.id] }
}
