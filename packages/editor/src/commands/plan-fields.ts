import type { DocumentOperation, NodeId, Position, WorkflowDocument } from '@tenon/core/document'
import { cutText } from '@tenon/core/text'
import { idsInside, outermost } from '../graph/containers.ts'
import { bendsAfter } from './bends-after.ts'
import { type Planner, refuse } from './command.ts'

/**
 * Plans the move of nodes. A lock counts for the outermost of them: a locked loop stays with its content, and a locked
 * node moves along with the loop around it, so that no frame moves without a part of its content.
 */
export const planMoveNodes: Planner<'move-nodes'> = ({ moves }, { document }) => {
  const nodesById = new Map(document.nodes.map((node) => [node.id, node]))
  const outer = outermost(
    document,
    moves.map(({ nodeId }) => nodeId),
  )
  const locked = outer.filter((id) => nodesById.get(id)?.locked === true)
  const held = new Set([...locked, ...idsInside(document, locked)])
  const known = moves.filter(({ nodeId, position }) => {
    const node = nodesById.get(nodeId)
    if (node === undefined || held.has(nodeId)) return false
    return node.position.x !== position.x || node.position.y !== position.y
  })
  if (known.length === 0) return { operations: [], message: null }
  return { operations: [{ op: 'move_nodes', moves: known }, ...bendsAfter(known, document)], message: null }
}

/** Plans an arrangement; another user may have deleted nodes and edges while it was computed. */
export const planTidyUp: Planner<'tidy-up'> = ({ moves, bends }, { document }) => {
  const nodes = new Set(document.nodes.map(({ id }) => id))
  const known = moves.filter(({ nodeId }) => nodes.has(nodeId))
  const bent = document.edges.flatMap(({ id, points: before = [] }): DocumentOperation[] => {
    const points = bends.get(id)
    if (points === undefined || isSameLine(points, before)) return []
    return [{ op: 'set_edge_points', edgeId: id, points: points.length === 0 ? null : points }]
  })
  const others = document.edges.filter(({ id }) => !bends.has(id))
  const operations: DocumentOperation[] = [...bent, ...bendsAfter(known, { nodes: document.nodes, edges: others })]
  if (known.length > 0) operations.unshift({ op: 'move_nodes', moves: known })
  return { operations, message: { key: 'command.tidied', values: { count: known.length } } }
}

function isSameLine(one: readonly Position[], other: readonly Position[]): boolean {
  return one.length === other.length && one.every(({ x, y }, index) => x === other[index]?.x && y === other[index]?.y)
}

export const planRename: Planner<'rename-node'> = ({ nodeId, name }, { document }) => {
  const trimmed = cutText(name.trim(), 200)
  if (trimmed === '') return refuse('command.nameEmpty')
  if (nameOf(document, nodeId) === trimmed) return { operations: [], message: null }
  return {
    operations: [{ op: 'update_node', nodeId, set: { name: trimmed } }],
    message: { key: 'command.renamed', values: { name: trimmed } },
  }
}

export const planSetFields: Planner<'set-fields'> = ({ nodeIds, set }, { document }) => {
  const operations = nodeIds.map((nodeId) => ({ op: 'update_node', nodeId, set }) as const)
  if (set.disabled === undefined) return { operations, message: null }
  const first = nodeIds[0]
  const values = { name: first === undefined ? '' : nameOf(document, first), count: nodeIds.length }
  return { operations, message: { key: set.disabled === true ? 'command.disabled' : 'command.enabled', values } }
}

export const planSetPolicy: Planner<'set-policy'> = ({ nodeId, field, value }) => ({
  operations: [{ op: 'set_policy', nodeId, field, value }],
  message: null,
})

export const planSetSetting: Planner<'set-setting'> = ({ key, value }) => ({
  operations: [{ op: 'set_setting', key, value }],
  message: null,
})

function nameOf(document: WorkflowDocument, nodeId: NodeId): string {
  return document.nodes.find((node) => node.id === nodeId)?.name ?? nodeId
}
