import {
  applyOperations,
  type DocumentOperation,
  edgeId,
  type NodeId,
  type NodeMove,
  type Position,
  resolvePorts,
  type WorkflowEdge,
  type WorkflowNode,
} from '@tenon/core/document'
import type { NodeManifestEntry } from '@tenon/core/node'
import type { CardBox } from '../edges/card-box.ts'
import { cardHeight, NODE_GAP, NODE_HEIGHT, NODE_WIDTH } from '../frames/card-size.ts'
import { FRAME, nodeBoxes } from '../frames/node-boxes.ts'
import { makeRoom } from '../frames/room-beside-frames.ts'
import { type Connection, connectionRefusal } from '../graph/connection-rules.ts'
import { fitsInLoop, idsInside } from '../graph/containers.ts'
import { descendantsOf, edgesOutOf, graphOf } from '../graph/graph.ts'
import { bendsAfter } from './bends-after.ts'
import { type Placement, type PlanContext, type Planner, refuse } from './command.ts'
import { newNode } from './new-node.ts'

/** Plans a new node and its edges to the nodes of the placement; a loop around it grows, and its neighbors make room. */
export const planAddNode: Planner<'add-node'> = (command, { document, manifest }) => {
  const entry = manifest.byType(command.nodeType)
  if (entry === undefined) return refuse('command.typeUnknown')
  const context: SeatContext = { document, manifest, boxes: nodeBoxes(document, manifest) }
  const seat = findSeat(command.placement, entry, context)
  if (seat.parentId !== null && !fitsInLoop(entry)) return refuse('command.notInLoop')
  const inLoop = seat.parentId === null ? {} : { parentId: seat.parentId }
  const node = { ...newNode(document, entry, seat.position), ...inLoop }
  const operations: DocumentOperation[] = [{ op: 'add_node', node }]
  for (const edge of seat.cut) operations.push({ op: 'remove_edge', edgeId: edge.id })
  const extended = { ...document, nodes: [...document.nodes, node] }
  const remaining = { ...extended, edges: extended.edges.filter((edge) => !seat.cut.includes(edge)) }
  for (const connection of seat.join(node, entry)) {
    if (connectionRefusal(remaining, manifest, connection) === null) {
      operations.push({ op: 'add_edge', edge: { id: edgeId(connection), ...connection } })
    }
  }
  if (seat.moves.length > 0) {
    operations.push({ op: 'move_nodes', moves: seat.moves }, ...bendsAfter(seat.moves, remaining))
  }
  const after = applyOperations(document, operations)
  const room = makeRoom(document, after, manifest, seat.parentId)
  if (room.length > 0) operations.push({ op: 'move_nodes', moves: room }, ...bendsAfter(room, after))
  return { operations, message: { key: 'command.added', values: { name: node.name } }, select: [node.id] }
}

interface SeatContext extends PlanContext {
  /** Boxes in which the nodes are drawn. */
  readonly boxes: ReadonlyMap<NodeId, CardBox>
}

interface Seat {
  readonly position: Position
  /** Loop of the new node; `null` for none. */
  readonly parentId: NodeId | null
  /** Edges that the new node replaces. */
  readonly cut: readonly WorkflowEdge[]
  readonly moves: readonly NodeMove[]
  readonly join: (node: WorkflowNode, entry: NodeManifestEntry) => readonly Connection[]
}

function findSeat(placement: Placement, entry: NodeManifestEntry, context: SeatContext): Seat {
  const { document } = context
  if (placement.kind === 'at') {
    const isKnown = document.nodes.some((node) => node.id === placement.parentId)
    return freeSeat(placement.position, isKnown ? placement.parentId : undefined)
  }
  if (placement.kind === 'on-edge') {
    const edge = document.edges.find((candidate) => candidate.id === placement.edgeId)
    return edge === undefined ? freeSeat(placement.position ?? openPosition(context)) : seatOnEdge(edge, entry, context)
  }
  const anchor = document.nodes.find((node) => node.id === placement.nodeId)
  if (placement.kind === 'inside') {
    return anchor === undefined ? freeSeat(openPosition(context)) : seatInside(anchor, entry, context)
  }
  if (anchor === undefined) return freeSeat(placement.position ?? openPosition(context))
  if (placement.kind === 'before') {
    const box = boxOf(anchor, context)
    const position = placement.position ?? { x: box.x - NODE_WIDTH - NODE_GAP.x, y: box.y }
    return {
      ...freeSeat(position, anchor.parentId),
      join: (node, type) => joinOut(node, type, { target: anchor.id, targetHandle: placement.input }),
    }
  }
  return seatAfter(anchor, placement.port, placement.position, entry, context)
}

function freeSeat(position: Position, parentId: NodeId | null = null): Seat {
  return { position, parentId, cut: [], moves: [], join: () => [] }
}

/** Returns the seat behind the last node of a loop, or that of the first one. */
function seatInside(loop: WorkflowNode, entry: NodeManifestEntry, context: SeatContext): Seat {
  const { document } = context
  const inside = document.nodes.filter(({ parentId }) => parentId === loop.id)
  const last = inside.filter(({ id }) => edgesOutOf(graphOf(document), id).length === 0)
  const [only, ...more] = last
  if (only !== undefined && more.length === 0) return seatAfter(only, undefined, undefined, entry, context)
  const frame = boxOf(loop, context)
  if (inside.length === 0) {
    return freeSeat({ x: frame.x + FRAME.inset, y: frame.y + FRAME.head + FRAME.inset }, loop.id)
  }
  const bottom = Math.max(...inside.map((node) => endOf(boxOf(node, context))))
  const left = Math.min(...inside.map((node) => boxOf(node, context).x))
  return freeSeat({ x: left, y: bottom + NODE_GAP.y }, loop.id)
}

function endOf({ y, height }: CardBox): number {
  return y + height
}

function boxOf(node: WorkflowNode, { boxes }: SeatContext): CardBox {
  return boxes.get(node.id) ?? { id: node.id, ...node.position, width: NODE_WIDTH, height: NODE_HEIGHT }
}

function seatAfter(
  anchor: WorkflowNode,
  wantedPort: string | undefined,
  wantedPosition: Position | undefined,
  entry: NodeManifestEntry,
  context: SeatContext,
): Seat {
  const ports = portsOf(anchor, context)
  const out = edgesOutOf(graphOf(context.document), anchor.id)
  const free = ports.find((port) => !port.isError && !out.some((edge) => edge.sourceHandle === port.name))
  const port = wantedPort ?? free?.name ?? ports[0]?.name
  if (port === undefined || entry.inputs.length === 0) {
    return freeSeat(wantedPosition ?? openPosition(context), anchor.parentId)
  }
  const inTheWay = wantedPosition === undefined ? out.filter((edge) => edge.sourceHandle === port) : []
  const [only, ...more] = inTheWay
  if (only !== undefined && more.length === 0 && entry.ports.length > 0) return seatOnEdge(only, entry, context)
  const portIndex = Math.max(
    0,
    ports.findIndex((candidate) => candidate.name === port),
  )
  const box = boxOf(anchor, context)
  const position =
    wantedPosition ??
    freeSpot(context, entry, anchor.parentId, {
      x: box.x + box.width + NODE_GAP.x,
      y: box.y + portIndex * (NODE_HEIGHT + NODE_GAP.y),
    })
  return {
    ...freeSeat(position, anchor.parentId),
    join: (node, type) => joinIn(node, type, { source: anchor.id, sourceHandle: port }),
  }
}

function seatOnEdge(edge: WorkflowEdge, entry: NodeManifestEntry, context: SeatContext): Seat {
  const source = context.document.nodes.find((node) => node.id === edge.source)
  const target = context.document.nodes.find((node) => node.id === edge.target)
  if (source === undefined || target === undefined) return freeSeat(openPosition(context))
  const passes = entry.inputs.length > 0 && entry.ports.length > 0
  const [from, to] = [boxOf(source, context), boxOf(target, context)]
  const position = { x: from.x + from.width + NODE_GAP.x, y: to.y }
  const missing = Math.max(0, position.x + NODE_WIDTH + NODE_GAP.x - to.x)
  return {
    position,
    parentId: source.parentId ?? null,
    cut: passes ? [edge] : [],
    moves: passes && missing > 0 ? shiftRight(target, missing, context) : [],
    join: (node, type) => [...joinIn(node, type, edge), ...(passes ? joinOut(node, type, edge) : [])],
  }
}

function shiftRight(first: WorkflowNode, byX: number, context: PlanContext): NodeMove[] {
  const behind = [first.id, ...descendantsOf(graphOf(context.document), first.id)]
  const moved = new Set([...behind, ...idsInside(context.document, behind)])
  return context.document.nodes
    .filter((node) => moved.has(node.id))
    .map((node) => ({ nodeId: node.id, position: { x: node.position.x + byX, y: node.position.y } }))
}

function joinIn(node: WorkflowNode, entry: NodeManifestEntry, from: Pick<Connection, 'source' | 'sourceHandle'>) {
  const input = entry.inputs[0]
  if (input === undefined) return []
  return [{ source: from.source, sourceHandle: from.sourceHandle, target: node.id, targetHandle: input.name }]
}

function joinOut(node: WorkflowNode, entry: NodeManifestEntry, to: Pick<Connection, 'target' | 'targetHandle'>) {
  const port = resolvePorts(node, entry)[0]
  if (port === undefined) return []
  return [{ source: node.id, sourceHandle: port.name, target: to.target, targetHandle: to.targetHandle }]
}

/** Returns a position to the right of all nodes outside of loops, in the row of the last one. */
function openPosition(context: SeatContext): Position {
  const boxes = context.document.nodes
    .filter(({ parentId }) => parentId === undefined)
    .map((node) => boxOf(node, context))
  const right = boxes.reduce<CardBox | null>((best, box) => (best === null || box.x > best.x ? box : best), null)
  return right === null ? { x: 0, y: 0 } : { x: right.x + right.width + NODE_GAP.x, y: right.y }
}

/** Returns the wanted position, or the next one below it that covers no card or frame of the level. */
function freeSpot(
  context: SeatContext,
  entry: NodeManifestEntry,
  level: NodeId | undefined,
  { x, y }: Position,
): Position {
  const height = cardHeight(entry.ports.length)
  const cards = context.document.nodes
    .filter(({ parentId }) => parentId === level)
    .map((node) => boxOf(node, context))
    .filter((box) => box.x < x + NODE_WIDTH && x < box.x + box.width)
    .sort((a, b) => a.y - b.y)
  let top = y
  for (const card of cards) {
    if (top < card.y + card.height && card.y < top + height) top = card.y + card.height + NODE_GAP.y
  }
  return { x, y: top }
}

function portsOf(node: WorkflowNode, { manifest }: PlanContext): ReturnType<typeof resolvePorts> {
  const entry = manifest.entryOf(node)
  return entry === undefined ? [] : resolvePorts(node, entry)
}
