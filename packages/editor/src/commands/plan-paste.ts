import {
  applyOperations,
  type DocumentOperation,
  type NodeId,
  type Position,
  type WorkflowNode,
} from '@tenon/core/document'
import { NODE_GAP } from '../frames/card-size.ts'
import { loopAt, nodeBoxes } from '../frames/node-boxes.ts'
import { makeRoom } from '../frames/room-beside-frames.ts'
import { fitsInLoop, isContainer, loopsAround } from '../graph/containers.ts'
import { besideOthers } from '../layout/beside-others.ts'
import { bendsAfter } from './bends-after.ts'
import { type Plan, type PlanContext, type Planner, refuse } from './command.ts'
import { copyFragment, type Fragment, renewFragment } from './fragment.ts'

const OFFSET: Position = { x: 40, y: 40 }

/** Returns the loop for the copy of a node whose own loop is not copied; `undefined` outside of loops. */
type LevelOf = (original: WorkflowNode) => NodeId | undefined

/** Plans the insertion of copied nodes: beside their originals in the same loops, or at a point, in the loop there. */
export const planPaste: Planner<'paste'> = ({ fragment, at }, context) => {
  if (fragment.nodes.length === 0) return refuse('command.nothingToPaste')
  if (at === null) return insertBeside(fragment, context, 'command.pasted')
  const left = Math.min(...fragment.nodes.map((node) => node.position.x))
  const top = Math.min(...fragment.nodes.map((node) => node.position.y))
  const { point, loopId } = target(fragment, at, context)
  return insert(fragment, { x: point.x - left, y: point.y - top }, () => loopId, context, 'command.pasted')
}

export const planDuplicate: Planner<'duplicate'> = ({ nodeIds }, context) => {
  const fragment = copyFragment(context.document, context.manifest, new Set(nodeIds))
  if (fragment.nodes.length === 0) return refuse('command.nothingToPaste')
  return insertBeside(fragment, context, 'command.duplicated')
}

/** Plans the insertion beside the originals; a frame goes to where it covers nothing, since it would hide its original. */
function insertBeside(fragment: Fragment, context: PlanContext, key: 'command.pasted' | 'command.duplicated'): Plan {
  const { document, manifest } = context
  const levelOf = levelsAtHome(fragment, context)
  const copied = new Set(fragment.nodes.map(({ id }) => id))
  const outer = fragment.nodes.filter(({ parentId }) => parentId === undefined || !copied.has(parentId))
  if (!outer.some((node) => isContainer(manifest.entryOf(node)))) return insert(fragment, OFFSET, levelOf, context, key)
  const drawn = nodeBoxes({ nodes: fragment.nodes }, manifest)
  const boxes = nodeBoxes(document, manifest)
  const levels = new Set(outer.map(levelOf))
  const others = document.nodes.filter(({ parentId }) => levels.has(parentId))
  const shift = besideOthers(
    outer.flatMap(({ id }) => drawn.get(id) ?? []),
    others.flatMap(({ id }) => boxes.get(id) ?? []),
  )
  return insert(fragment, shift, levelOf, context, key)
}

/** Returns the loops of the originals; one that was deleted had the same as the others. */
function levelsAtHome(fragment: Fragment, { document }: PlanContext): LevelOf {
  const originals = new Map(document.nodes.map((node) => [node.id, node]))
  const copied = new Set(fragment.nodes.map(({ id }) => id))
  const outer = fragment.nodes.filter(({ parentId }) => parentId === undefined || !copied.has(parentId))
  const shared = outer.flatMap(({ id }) => originals.get(id) ?? [])[0]?.parentId
  return ({ id }) => (originals.has(id) ? originals.get(id)?.parentId : shared)
}

/** Returns the loop at a point; a fragment with nodes that cannot be in a loop goes below the outermost frame instead. */
function target(
  fragment: Fragment,
  point: Position,
  { document, manifest }: PlanContext,
): { readonly point: Position; readonly loopId?: NodeId } {
  const boxes = nodeBoxes(document, manifest)
  const loopId = loopAt(document, manifest, boxes, point)
  if (loopId === null) return { point }
  if (fragment.nodes.every((node) => fitsInLoop(manifest.entryOf(node)))) return { point, loopId }
  const nodesById = new Map(document.nodes.map((node) => [node.id, node]))
  const frame = boxes.get(loopsAround(nodesById, loopId).at(-1) ?? loopId)
  return { point: frame === undefined ? point : { x: point.x, y: frame.y + frame.height + NODE_GAP.y } }
}

function insert(
  fragment: Fragment,
  shift: Position,
  levelOf: LevelOf,
  { document, manifest }: PlanContext,
  key: 'command.pasted' | 'command.duplicated',
): Plan {
  const renewed = renewFragment(fragment, document, shift)
  const nodes = renewed.nodes.map((node, index) => {
    const original = fragment.nodes[index]
    const parentId = node.parentId ?? (original === undefined ? undefined : levelOf(original))
    return parentId === undefined ? node : { ...node, parentId }
  })
  const operations: DocumentOperation[] = [
    ...nodes.map((node) => ({ op: 'add_node', node }) as const),
    ...renewed.edges.map((edge) => ({ op: 'add_edge', edge }) as const),
  ]
  const present = new Set(document.nodes.map(({ id }) => id))
  const grown = new Set(
    nodes.flatMap(({ parentId }) => (parentId !== undefined && present.has(parentId) ? [parentId] : [])),
  )
  for (const loopId of grown) {
    const after = applyOperations(document, operations)
    const room = makeRoom(document, after, manifest, loopId)
    if (room.length > 0) operations.push({ op: 'move_nodes', moves: room }, ...bendsAfter(room, after))
  }
  return { operations, message: { key, values: { count: nodes.length } }, select: nodes.map((node) => node.id) }
}
