import { type DocumentOperation, edgeId, type NodeId, type WorkflowDocument } from '@tenon/core/document'
import { nodeBoxes } from '../frames/node-boxes.ts'
import { type Connection, connectionRefusal } from '../graph/connection-rules.ts'
import { idsHeldByLocks, idsInside, nodesByParent, outermost } from '../graph/containers.ts'
import { edgesInto, edgesOutOf, graphOf } from '../graph/graph.ts'
import { type PlanContext, type Planner, refuse } from './command.ts'

export const planConnect: Planner<'connect'> = ({ connection }, context) => {
  const refusal = connectionRefusal(context.document, context.manifest, connection)
  if (refusal !== null) return refuse(refusal)
  return {
    operations: [edgeOperation(connection)],
    message: { key: 'command.connected', values: namesOf(context.document, connection) },
  }
}

export const planReconnect: Planner<'reconnect'> = (command, context) => {
  const edges = context.document.edges.filter((edge) => edge.id !== command.edgeId)
  if (edges.length === context.document.edges.length) return refuse('connect.gone')
  const refusal = connectionRefusal({ ...context.document, edges }, context.manifest, command.connection)
  if (refusal !== null) return refuse(refusal)
  return {
    operations: [{ op: 'remove_edge', edgeId: command.edgeId }, edgeOperation(command.connection)],
    message: { key: 'command.connected', values: namesOf(context.document, command.connection) },
  }
}

export const planDisconnect: Planner<'disconnect'> = ({ edgeIds }, context) => {
  const known = context.document.edges.filter((edge) => edgeIds.includes(edge.id))
  return {
    operations: known.map((edge) => ({ op: 'remove_edge', edgeId: edge.id })),
    message: { key: 'command.disconnected', values: { count: known.length } },
  }
}

/**
 * Plans the removal of nodes with what is inside them; the neighbors of a node with a single predecessor and successor
 * are connected. Locked nodes and the loops around them are kept.
 */
export const planDeleteNodes: Planner<'delete-nodes'> = ({ nodeIds, edgeIds = [] }, context) => {
  const { document } = context
  const held = idsHeldByLocks(document)
  const wanted = new Set(nodeIds)
  const named = document.nodes.filter(({ id }) => wanted.has(id))
  const chosen = named.filter(({ id }) => !held.has(id))
  const kept = named.length - chosen.length
  // A loop takes its nodes along.
  const outer = new Set(
    outermost(
      document,
      chosen.map((node) => node.id),
    ),
  )
  const gone = chosen.filter((node) => outer.has(node.id))
  const goneIds = new Set([...outer, ...idsInside(document, outer)])
  const loose = document.edges.filter(
    (edge) => edgeIds.includes(edge.id) && !goneIds.has(edge.source) && !goneIds.has(edge.target),
  )
  if (gone.length + loose.length === 0) return refuse('command.nothingToDelete')
  const operations: DocumentOperation[] = [
    ...loose.map((edge) => ({ op: 'remove_edge', edgeId: edge.id }) as const),
    ...gone.map((node) => ({ op: 'remove_node', nodeId: node.id }) as const),
    ...bridges(context, goneIds).map(edgeOperation),
    ...emptiedFrames(context, goneIds),
  ]
  const name = gone[0]?.name
  const isOne = gone.length === 1 && name !== undefined
  return {
    operations,
    message: isOne
      ? { key: 'command.deletedOne', values: { name, kept } }
      : { key: 'command.deleted', values: { count: gone.length + loose.length, kept } },
    select: [],
  }
}

/**
 * Returns the operations that keep loops where they are drawn when their last node goes: the frame of a filled loop
 * follows from its nodes, that of an empty one from its own position.
 */
export function emptiedFrames({ document, manifest }: PlanContext, gone: ReadonlySet<NodeId>): DocumentOperation[] {
  const groups = nodesByParent(document)
  const emptied = document.nodes.filter(({ id }) => {
    const inside = groups.get(id)
    return inside !== undefined && !gone.has(id) && inside.every((node) => gone.has(node.id))
  })
  if (emptied.length === 0) return []
  const boxes = nodeBoxes(document, manifest)
  const moves = emptied.map(({ id, position }) => {
    const { x, y } = boxes.get(id) ?? position
    return { nodeId: id, position: { x, y } }
  })
  return [{ op: 'move_nodes', moves }]
}

/** Returns connections between the neighbors of nodes that go, each with a single predecessor and successor. */
export function bridges(context: PlanContext, gone: ReadonlySet<NodeId>): Connection[] {
  const graph = graphOf(context.document)
  const remaining = {
    ...context.document,
    nodes: context.document.nodes.filter((node) => !gone.has(node.id)),
    edges: context.document.edges.filter((edge) => !gone.has(edge.source) && !gone.has(edge.target)),
  }
  return [...gone].flatMap((nodeId) => {
    const [before, ...moreBefore] = edgesInto(graph, nodeId)
    const [after, ...moreAfter] = edgesOutOf(graph, nodeId)
    if (before === undefined || after === undefined || moreBefore.length + moreAfter.length > 0) return []
    const { source, sourceHandle } = before
    const { target, targetHandle } = after
    const connection = { source, sourceHandle, target, targetHandle }
    return connectionRefusal(remaining, context.manifest, connection) === null ? [connection] : []
  })
}

/** Returns the operation that adds an edge with its canonical id. */
export function edgeOperation(connection: Connection): DocumentOperation {
  const { source, sourceHandle, target, targetHandle } = connection
  const ends = { source, sourceHandle, target, targetHandle }
  return { op: 'add_edge', edge: { id: edgeId(ends), ...ends } }
}

function namesOf(document: WorkflowDocument, connection: Connection) {
  const nameOf = (id: NodeId) => document.nodes.find((node) => node.id === id)?.name ?? id
  return { source: nameOf(connection.source), target: nameOf(connection.target) }
}
