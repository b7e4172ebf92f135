import {
  applyOperations,
  type DocumentOperation,
  ERROR_PORT,
  type NodeId,
  type NodeMove,
  type Position,
  type ResolvedPort,
  resolvePorts,
  type WorkflowDocument,
  type WorkflowEdge,
  type WorkflowNode,
} from '@tenon/core/document'
import type { NodeManifestEntry } from '@tenon/core/node'
import { NODE_GAP } from '../frames/card-size.ts'
import { FRAME, nodeBoxes } from '../frames/node-boxes.ts'
import { makeRoom } from '../frames/room-beside-frames.ts'
import { type Connection, connectionRefusal } from '../graph/connection-rules.ts'
import { fitsInLoop, idsInside, isContainer, isLoop, outermost } from '../graph/containers.ts'
import type { ManifestIndex } from '../manifest/manifest-index.ts'
import { bendsAfter } from './bends-after.ts'
import { type PlanContext, type Planner, refuse } from './command.ts'
import { newNode } from './new-node.ts'
import { bridges, edgeOperation, emptiedFrames } from './plan-edges.ts'

/** Returns the moves of nodes, and of what is inside them, by the same distance. */
export function movesBy(
  document: Pick<WorkflowDocument, 'nodes'>,
  nodeIds: Iterable<NodeId>,
  by: Position,
): readonly NodeMove[] {
  const ids = [...nodeIds]
  const moved = new Set([...ids, ...idsInside(document, ids)])
  return document.nodes
    .filter(({ id }) => moved.has(id))
    .map(({ id, position }) => ({ nodeId: id, position: { x: position.x + by.x, y: position.y + by.y } }))
}

/** Plans the move of nodes into a loop or out of one; the neighbors that they leave are connected as after a removal. */
export const planMoveToLoop: Planner<'move-to-loop'> = ({ nodeIds, parentId, by }, context) => {
  const { document, manifest } = context
  const loop = parentId === null ? null : document.nodes.find(({ id }) => id === parentId)
  if (loop === undefined || (loop !== null && !isContainer(manifest.entryOf(loop)))) return refuse('connect.gone')
  const wanted = new Set(outermost(document, nodeIds))
  const moved = document.nodes.filter((node) => wanted.has(node.id) && node.locked !== true)
  const ids = new Set(moved.map(({ id }) => id))
  if (parentId !== null && (ids.has(parentId) || idsInside(document, ids).has(parentId))) {
    return refuse('command.loopInItself')
  }
  const entering = moved.filter((node) => (node.parentId ?? null) !== parentId)
  const [first] = entering
  if (first === undefined) return { operations: [], message: null }
  if (parentId !== null && entering.some((node) => !fitsInLoop(manifest.entryOf(node)))) {
    return refuse('command.notInLoop')
  }
  const crossing = document.edges.filter((edge) => crosses(edge, document, ids, parentId))
  const operations: DocumentOperation[] = [
    ...crossing.map(({ id }) => ({ op: 'remove_edge', edgeId: id }) as const),
    ...entering.map(({ id }) => ({ op: 'update_node', nodeId: id, set: { parentId } }) as const),
  ]
  const moves = movesBy(document, ids, by ?? besideLevel(context, first.id, parentId))
  operations.push({ op: 'move_nodes', moves }, ...emptiedFrames(context, ids))
  const cut = new Set(crossing.map(({ id }) => id))
  const kept = { ...document, edges: document.edges.filter(({ id }) => !cut.has(id)) }
  operations.push(...bendsAfter(moves, kept))
  operations.push(...bridges(context, new Set(entering.map(({ id }) => id))).map(edgeOperation))
  const after = applyOperations(document, operations)
  const room = makeRoom(document, after, manifest, parentId)
  if (room.length > 0) operations.push({ op: 'move_nodes', moves: room }, ...bendsAfter(room, after))
  const values = { name: first.name, count: entering.length, loop: loop?.name ?? '', edges: crossing.length }
  return { operations, message: { key: loop === null ? 'command.movedOut' : 'command.movedIn', values } }
}

/** Checks whether an edge crosses the border of a loop once the nodes are at their new level. */
function crosses(
  { source, target }: WorkflowEdge,
  document: WorkflowDocument,
  moved: ReadonlySet<NodeId>,
  parentId: NodeId | null,
): boolean {
  if (!moved.has(source) && !moved.has(target)) return false
  const levelOf = (id: NodeId) =>
    moved.has(id) ? parentId : (document.nodes.find((node) => node.id === id)?.parentId ?? null)
  return levelOf(source) !== levelOf(target)
}

/** Returns the distance to a free position of the new level: behind the nodes of the loop, or below the old loop. */
export function besideLevel({ document, manifest }: PlanContext, nodeId: NodeId, parentId: NodeId | null): Position {
  const boxes = nodeBoxes(document, manifest)
  const box = boxes.get(nodeId)
  const old = document.nodes.find(({ id }) => id === nodeId)?.parentId
  const frame = parentId === null ? undefined : boxes.get(parentId)
  if (box === undefined) return { x: 0, y: 0 }
  if (frame === undefined || (parentId !== null && old !== undefined && isAround(document, parentId, old))) {
    const left = old === undefined ? undefined : boxes.get(outerOf(document, old, parentId))
    return left === undefined ? { x: 0, y: 0 } : { x: 0, y: left.y + left.height + NODE_GAP.y - box.y }
  }
  const inside = document.nodes.filter((node) => node.parentId === parentId)
  const ends = inside.map(({ id }) => boxes.get(id)).filter((each) => each !== undefined)
  const last = ends.reduce((best, each) => (each.x + each.width > best.x + best.width ? each : best), ends[0] ?? frame)
  const corner =
    ends.length === 0
      ? { x: frame.x + FRAME.inset, y: frame.y + FRAME.head + FRAME.inset }
      : { x: last.x + last.width + NODE_GAP.x, y: last.y }
  return { x: corner.x - box.x, y: corner.y - box.y }
}

function isAround(document: WorkflowDocument, outer: NodeId, inner: NodeId): boolean {
  return idsInside(document, [outer]).has(inner)
}

/** Returns the loop at a level that contains another one, or is it. */
function outerOf(document: WorkflowDocument, inner: NodeId, level: NodeId | null): NodeId {
  const parents = new Map(document.nodes.map(({ id, parentId }) => [id, parentId]))
  let outer = inner
  for (let at = parents.get(outer); at !== undefined && at !== level; at = parents.get(at)) outer = at
  return outer
}

/**
 * Plans a loop around nodes. Their edges from and to other nodes lead to and from the loop, each pair of ends once. Edges
 * for which the loop has no port are removed and counted.
 */
export const planWrapInLoop: Planner<'wrap-in-loop'> = ({ nodeIds, nodeType }, context) => {
  const { document, manifest } = context
  const isWanted = (entry: NodeManifestEntry) => isContainer(entry) && entry.type === nodeType
  const entry = manifest.latest.find(nodeType === undefined ? isLoop : isWanted)
  if (entry === undefined) return refuse('command.noLoopType')
  const wanted = new Set(outermost(document, nodeIds))
  const inside = document.nodes.filter(({ id }) => wanted.has(id))
  const [first] = inside
  if (first === undefined) return refuse('command.nothingToWrap')
  if (inside.some((node) => node.locked === true)) return refuse('command.lockedWrap')
  if (inside.some((node) => !fitsInLoop(manifest.entryOf(node)))) return refuse('command.notInLoop')
  if (inside.some(({ parentId }) => parentId !== first.parentId)) return refuse('command.wrapAcross')
  const boxes = nodeBoxes(document, manifest)
  const corners = inside.map(({ id, position }) => boxes.get(id) ?? position)
  const position = {
    x: Math.min(...corners.map(({ x }) => x)) - FRAME.inset,
    y: Math.min(...corners.map(({ y }) => y)) - FRAME.head - FRAME.inset,
  }
  const parent = first.parentId === undefined ? {} : { parentId: first.parentId }
  const loop = { ...newNode(document, entry, position), ...parent }
  const into = document.edges.filter(({ source, target }) => !wanted.has(source) && wanted.has(target))
  const outOf = document.edges.filter(({ source, target }) => wanted.has(source) && !wanted.has(target))
  const operations: DocumentOperation[] = [
    { op: 'add_node', node: loop },
    // Before its nodes in the document, as a node that they follow.
    { op: 'place_node', nodeId: loop.id, before: first.id },
    ...[...into, ...outOf].map(({ id }) => ({ op: 'remove_edge', edgeId: id }) as const),
    ...inside.map(({ id }) => ({ op: 'update_node', nodeId: id, set: { parentId: loop.id } }) as const),
  ]
  const input = entry.inputs[0]?.name ?? 'in'
  const wayOut = outlets(inside, manifest, resolvePorts(loop, entry))
  const joined: Connection[] = [
    ...into.map(({ source, sourceHandle }) => ({ source, sourceHandle, target: loop.id, targetHandle: input })),
    ...outOf.flatMap((edge) => {
      const port = wayOut(edge)
      const { target, targetHandle } = edge
      return port === undefined ? [] : [{ source: loop.id, sourceHandle: port, target, targetHandle }]
    }),
  ]
  const lost = into.length + outOf.length - joined.length + addEach(operations, document, manifest, joined)
  const after = applyOperations(document, operations)
  const room = makeRoomAround(document, after, manifest, loop.id, [...wanted])
  if (room.length > 0) operations.push({ op: 'move_nodes', moves: room }, ...bendsAfter(room, after))
  const message = { key: 'command.wrapped', values: { count: inside.length, name: loop.name, lost } } as const
  return { operations, message, select: [loop.id] }
}

/**
 * Returns a function that chooses the port of a new loop for an edge out of it; `undefined` if it has none. Edges of error
 * ports lead from its error port. Behind the loop it continues always, and so only an edge by which its node always
 * continues leads from its main port: that of a node that chooses a path would lose the condition.
 */
function outlets(
  inside: readonly WorkflowNode[],
  manifest: ManifestIndex,
  ports: readonly ResolvedPort[],
): (edge: WorkflowEdge) => string | undefined {
  const errorPort = ports.find((port) => port.isError)?.name
  const mainPort = ports.find((port) => !port.isError)?.name
  const onlyPorts = new Map(inside.map((node) => [node.id, onlyPortOf(node, manifest)]))
  return ({ source, sourceHandle }) => {
    if (sourceHandle === ERROR_PORT) return errorPort
    return onlyPorts.get(source) === sourceHandle ? mainPort : undefined
  }
}

/** Returns the port by which a node continues whenever it succeeds; `undefined` if it has several, or none. */
export function onlyPortOf(node: WorkflowNode, manifest: ManifestIndex): string | undefined {
  const entry = manifest.entryOf(node)
  const ports = entry === undefined ? [] : resolvePorts(node, entry).filter(({ isError }) => !isError)
  return ports.length === 1 ? ports[0]?.name : undefined
}

/** Appends the connections that are allowed, each once. Returns the number of those that are not. */
export function addEach(
  operations: DocumentOperation[],
  document: WorkflowDocument,
  manifest: ManifestIndex,
  connections: readonly Connection[],
): number {
  let lost = 0
  let now = applyOperations(document, operations)
  for (const connection of connections) {
    const refusal = connectionRefusal(now, manifest, connection)
    if (refusal === 'connect.exists') continue
    if (refusal !== null) {
      lost += 1
      continue
    }
    const operation = edgeOperation(connection)
    operations.push(operation)
    now = applyOperations(now, [operation])
  }
  return lost
}

/** Moves what the border of a new frame covers: the group that it surrounds was smaller before. */
function makeRoomAround(
  document: WorkflowDocument,
  after: WorkflowDocument,
  manifest: ManifestIndex,
  loopId: NodeId,
  inside: readonly NodeId[],
): readonly NodeMove[] {
  const boxes = nodeBoxes(document, manifest)
  const group = inside.flatMap((id) => boxes.get(id) ?? [])
  const left = Math.min(...group.map((box) => box.x))
  const top = Math.min(...group.map((box) => box.y))
  const right = Math.max(...group.map((box) => box.x + box.width))
  const bottom = Math.max(...group.map((box) => box.y + box.height))
  const covered = { id: loopId, x: left, y: top, width: right - left, height: bottom - top }
  return makeRoom(document, after, manifest, loopId, covered)
}
