import { applyOperations, type DocumentOperation } from '@tenon/core/document'
import { NODE_GAP } from '../frames/card-size.ts'
import { nodeBoxes } from '../frames/node-boxes.ts'
import { makeRoom } from '../frames/room-beside-frames.ts'
import { besideOthers } from '../layout/beside-others.ts'
import { bendsAfter } from './bends-after.ts'
import { type Planner, refuse } from './command.ts'
import { newNode } from './new-node.ts'

/** Plans a node that undoes another one, of the same type and below it, where it covers nothing. */
export const planAddUndo: Planner<'add-undo'> = ({ nodeId, name }, { document, manifest }) => {
  const undone = document.nodes.find(({ id }) => id === nodeId)
  const entry = undone === undefined ? undefined : manifest.byType(undone.type)
  if (undone === undefined || entry === undefined) return refuse('command.typeUnknown')
  const boxes = nodeBoxes(document, manifest)
  const box = boxes.get(nodeId) ?? { ...undone.position, width: 0, height: 0 }
  const { parentId } = undone
  const level = document.nodes.filter((each) => each.parentId === parentId).flatMap(({ id }) => boxes.get(id) ?? [])
  const seat = { ...box, y: box.y + box.height + NODE_GAP.y }
  const { x, y } = besideOthers([seat], level)
  const node = {
    ...newNode(document, entry, { x: seat.x + x, y: seat.y + y }),
    name,
    ...(parentId === undefined ? {} : { parentId }),
  }
  const operations: DocumentOperation[] = [
    { op: 'add_node', node },
    { op: 'set_policy', nodeId, field: 'compensation', value: node.id },
  ]
  const after = applyOperations(document, operations)
  const room = makeRoom(document, after, manifest, parentId ?? null)
  if (room.length > 0) operations.push({ op: 'move_nodes', moves: room }, ...bendsAfter(room, after))
  return { operations, message: { key: 'command.added', values: { name: node.name } }, select: [node.id] }
}
