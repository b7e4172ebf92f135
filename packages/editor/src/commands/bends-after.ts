import type { DocumentOperation, NodeMove, WorkflowDocument } from '@tenon/core/document'

/**
 * Returns the operations for the bend points of edges whose nodes move: they move along if both ends move the same way,
 * and are removed otherwise, since they belong to the positions for which they were computed.
 */
export function bendsAfter(
  moves: readonly NodeMove[],
  { nodes, edges }: Pick<WorkflowDocument, 'nodes' | 'edges'>,
): readonly DocumentOperation[] {
  const before = new Map(nodes.map(({ id, position }) => [id, position]))
  const shifts = new Map(
    moves.map(({ nodeId, position }) => {
      const { x, y } = before.get(nodeId) ?? position
      return [nodeId, { x: position.x - x, y: position.y - y }]
    }),
  )
  const still = { x: 0, y: 0 }
  return edges.flatMap(({ id, source, target, points }): DocumentOperation[] => {
    const [from, to] = [shifts.get(source) ?? still, shifts.get(target) ?? still]
    const isStill = from.x === 0 && from.y === 0 && to.x === 0 && to.y === 0
    if (points === undefined || isStill) return []
    if (from.x !== to.x || from.y !== to.y) return [{ op: 'set_edge_points', edgeId: id, points: null }]
    const moved = points.map(({ x, y }) => ({ x: x + from.x, y: y + from.y }))
    return [{ op: 'set_edge_points', edgeId: id, points: moved }]
  })
}
