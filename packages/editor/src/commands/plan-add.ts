import {
  type DocumentOperation,
  edgeId,
  type NodeMove,
  type Position,
  resolvePorts,
  type WorkflowEdge,
  type WorkflowNode,
} from '@tenon/core/document'
import type { NodeManifestEntry } from '@tenon/core/node'
import { type Connection, connectionRefusal } from '../graph/connection-rules.ts'
import { descendantsOf, edgesOutOf, graphOf } from '../graph/graph.ts'
import { bendsAfter } from './bends-after.ts'
import { type Placement, type PlanContext, type Planner, refuse } from './command.ts'
import { cardHeight, NODE_GAP, NODE_HEIGHT, NODE_WIDTH, newNode } from './new-node.ts'

/** Plans a new node and its edges to the nodes of the placement. */
export const planAddNode: Planner<'add-node'> = (command, context) => {
  const entry = context.manifest.byType(command.nodeType)
  if (entry === undefined) return refuse('command.typeUnknown')
  const seat = findSeat(command.placement, entry, context)
  const node = newNode(context.document, entry, seat.position)
  const extended = { ...context.document, nodes: [...context.document.nodes, node] }
  const operations: DocumentOperation[] = [{ op: 'add_node', node }]
  for (const edge of seat.cut) operations.push({ op: 'remove_edge', edgeId: edge.id })
  const remaining = { ...extended, edges: extended.edges.filter((edge) => !seat.cut.includes(edge)) }
  for (const connection of seat.join(node, entry)) {
    if (connectionRefusal(remaining, context.manifest, connection) === null) {
      operations.push({ op: 'add_edge', edge: { id: edgeId(connection), ...connection } })
    }
  }
  if (seat.moves.length > 0) {
    operations.push({ op: 'move_nodes', moves: seat.moves }, ...bendsAfter(seat.moves, remaining))
  }
  return { operations, message: { key: 'command.added', values: { name: node.name } }, select: [node.id] }
}

interface Seat {
  readonly position: Position
  /** Edges that the new node replaces. */
  readonly cut: readonly WorkflowEdge[]
  readonly moves: readonly NodeMove[]
  readonly join: (node: WorkflowNode, entry: NodeManifestEntry) => readonly Connection[]
}

function findSeat(placement: Placement, entry: NodeManifestEntry, context: PlanContext): Seat {
  const { document } = context
  if (placement.kind === 'at') return freeSeat(placement.position)
  if (placement.kind === 'on-edge') {
    const edge = document.edges.find((candidate) => candidate.id === placement.edgeId)
    return edge === undefined ? freeSeat(placement.position ?? openPosition(context)) : seatOnEdge(edge, entry, context)
  }
  const anchor = document.nodes.find((node) => node.id === placement.nodeId)
  if (anchor === undefined) return freeSeat(placement.position ?? openPosition(context))
  if (placement.kind === 'before') {
    const position = placement.position ?? { x: anchor.position.x - NODE_WIDTH - NODE_GAP.x, y: anchor.position.y }
    return {
      ...freeSeat(position),
      join: (node, type) => joinOut(node, type, { target: anchor.id, targetHandle: placement.input }),
    }
  }
  return seatAfter(anchor, placement.port, placement.position, entry, context)
}

function freeSeat(position: Position): Seat {
  return { position, cut: [], moves: [], join: () => [] }
}

function seatAfter(
  anchor: WorkflowNode,
  wantedPort: string | undefined,
  wantedPosition: Position | undefined,
  entry: NodeManifestEntry,
  context: PlanContext,
): Seat {
  const ports = portsOf(anchor, context)
  const out = edgesOutOf(graphOf(context.document), anchor.id)
  const free = ports.find((port) => !port.isError && !out.some((edge) => edge.sourceHandle === port.name))
  const port = wantedPort ?? free?.name ?? ports[0]?.name
  if (port === undefined || entry.inputs.length === 0) return freeSeat(wantedPosition ?? openPosition(context))
  const inTheWay = wantedPosition === undefined ? out.filter((edge) => edge.sourceHandle === port) : []
  const [only, ...more] = inTheWay
  if (only !== undefined && more.length === 0 && entry.ports.length > 0) return seatOnEdge(only, entry, context)
  const portIndex = Math.max(
    0,
    ports.findIndex((candidate) => candidate.name === port),
  )
  const position =
    wantedPosition ??
    freeSpot(context, entry, {
      x: anchor.position.x + NODE_WIDTH + NODE_GAP.x,
      y: anchor.position.y + portIndex * (NODE_HEIGHT + NODE_GAP.y),
    })
  return { ...freeSeat(position), join: (node, type) => joinIn(node, type, { source: anchor.id, sourceHandle: port }) }
}

function seatOnEdge(edge: WorkflowEdge, entry: NodeManifestEntry, context: PlanContext): Seat {
  const source = context.document.nodes.find((node) => node.id === edge.source)
  const target = context.document.nodes.find((node) => node.id === edge.target)
  if (source === undefined || target === undefined) return freeSeat(openPosition(context))
  const passes = entry.inputs.length > 0 && entry.ports.length > 0
  const pitch = NODE_WIDTH + NODE_GAP.x
  const position = { x: source.position.x + pitch, y: target.position.y }
  const missing = Math.max(0, position.x + pitch - target.position.x)
  return {
    position,
    cut: passes ? [edge] : [],
    moves: passes && missing > 0 ? shiftRight(target, missing, context) : [],
    join: (node, type) => [...joinIn(node, type, edge), ...(passes ? joinOut(node, type, edge) : [])],
  }
}

function shiftRight(first: WorkflowNode, byX: number, context: PlanContext): NodeMove[] {
  const moved = descendantsOf(graphOf(context.document), first.id)
  return context.document.nodes
    .filter((node) => node.id === first.id || moved.has(node.id))
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

/** Returns a position to the right of all nodes, in the row of the last one. */
function openPosition(context: PlanContext): Position {
  const { nodes } = context.document
  const right = nodes.reduce<WorkflowNode | null>((best, node) => {
    return best === null || node.position.x > best.position.x ? node : best
  }, null)
  if (right === null) return { x: 0, y: 0 }
  return { x: right.position.x + NODE_WIDTH + NODE_GAP.x, y: right.position.y }
}

/** Returns the wanted position, or the next one below it that covers no card. */
function freeSpot(context: PlanContext, entry: NodeManifestEntry, { x, y }: Position): Position {
  const height = cardHeight(entry.ports.length)
  const cards = context.document.nodes
    .filter(({ position }) => Math.abs(position.x - x) < NODE_WIDTH)
    .map((node) => ({ top: node.position.y, height: cardHeight(portsOf(node, context).length) }))
    .sort((a, b) => a.top - b.top)
  let top = y
  for (const card of cards) {
    if (top < card.top + card.height && card.top < top + height) top = card.top + card.height + NODE_GAP.y
  }
  return { x, y: top }
}

function portsOf(node: WorkflowNode, { manifest }: PlanContext): ReturnType<typeof resolvePorts> {
  const entry = manifest.entryOf(node)
  return entry === undefined ? [] : resolvePorts(node, entry)
}
