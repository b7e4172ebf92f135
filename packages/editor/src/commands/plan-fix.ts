import { applyOperations, type DocumentOperation, type NodeId } from '@tenon/core/document'
import { nodeBoxes } from '../frames/node-boxes.ts'
import { makeRoom } from '../frames/room-beside-frames.ts'
import { besideOthers } from '../layout/beside-others.ts'
import { bendsAfter } from './bends-after.ts'
import type { PlanContext, Planner } from './command.ts'
import { besideLevel, movesBy } from './plan-loops.ts'

/**
 * Plans a fix of the validator, which knows no canvas: a node that it adds goes where it covers nothing, and one that it
 * moves to another level is also drawn there.
 */
export const planFix: Planner<'fix'> = ({ operations, title }, context) => {
  const adjusted = operations.map((operation) => freely(operation, operations, context))
  return {
    operations: [...adjusted, ...placements(adjusted, context)],
    message: { key: 'command.fixed', values: { title } },
  }
}

/** Moves a node that a fix adds from where it would cover others. */
function freely(
  operation: DocumentOperation,
  operations: readonly DocumentOperation[],
  { document, manifest }: PlanContext,
): DocumentOperation {
  if (operation.op !== 'add_node') return operation
  const { node } = operation
  const boxes = nodeBoxes(applyOperations(document, operations), manifest)
  const own = boxes.get(node.id)
  if (own === undefined) return operation
  const level = document.nodes.filter(({ parentId }) => parentId === node.parentId)
  const { x, y } = besideOthers(
    [own],
    level.flatMap(({ id }) => boxes.get(id) ?? []),
  )
  return { ...operation, node: { ...node, position: { x: node.position.x + x, y: node.position.y + y } } }
}

/** Returns the moves of nodes that a fix moves to another level, and of what the frame there would cover. */
function placements(operations: readonly DocumentOperation[], context: PlanContext): readonly DocumentOperation[] {
  const { document, manifest } = context
  const entering = operations.flatMap((operation): (readonly [NodeId, NodeId | null])[] => {
    if (operation.op !== 'update_node' || operation.set.parentId === undefined) return []
    return [[operation.nodeId, operation.set.parentId]]
  })
  const added: DocumentOperation[] = []
  for (const [nodeId, parentId] of entering) {
    const before = applyOperations(document, added)
    const moves = movesBy(before, [nodeId], besideLevel({ document: before, manifest }, nodeId, parentId))
    added.push({ op: 'move_nodes', moves }, ...bendsAfter(moves, before))
    const room = makeRoom(document, applyOperations(document, [...operations, ...added]), manifest, parentId)
    if (room.length > 0) added.push({ op: 'move_nodes', moves: room })
  }
  return added
}
