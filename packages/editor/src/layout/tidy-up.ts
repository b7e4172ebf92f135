import { type NodeId, type NodeMove, type Position, resolvePorts, type WorkflowEdge } from '@tenon/core/document'
import { NODE_HEIGHT, NODE_WIDTH } from '../commands/new-node.ts'
import type { CanvasHandle } from '../contexts/canvas-handle.ts'
import type { CardBox, EdgeBetween } from '../edges/card-box.ts'
import type { EditorSession } from '../session/session-types.ts'
import { besideOthers } from './beside-others.ts'
import type { LayoutProvider } from './layout-provider.ts'

/** Distance in pixels from the top of a card to its input and first port, for cards that are not drawn yet. */
const PORT_HEIGHT = 24

/**
 * Arranges the selected nodes, or all when fewer than two are selected. A part of a workflow is arranged where it is,
 * beside the other nodes; locked nodes are not moved. Edges that would be drawn behind a card get bend points.
 */
export async function tidyUp(session: EditorSession, layout: LayoutProvider, canvas: CanvasHandle | null) {
  const { document, nodesById, manifest, selectedNodes } = session.store.getState()
  const isPart = selectedNodes.size > 1
  const nodes = document.nodes.filter((node) => node.locked !== true && (!isPart || selectedNodes.has(node.id)))
  if (nodes.length === 0) return
  const ids = new Set(nodes.map((node) => node.id))
  const sizes = canvas?.sizes()
  const sizeOf = (id: NodeId) => sizes?.get(id) ?? { width: NODE_WIDTH, height: NODE_HEIGHT }
  const portAt = (edge: WorkflowEdge) => {
    const source = nodesById.get(edge.source)
    const entry = source === undefined ? undefined : manifest.entryOf(source)
    if (source === undefined || entry === undefined) return 0
    const ports = resolvePorts(source, entry)
    const index = ports.findIndex((port) => port.name === edge.sourceHandle)
    // An edge of a port that the node no longer has is drawn below the others.
    return index < 0 ? ports.length : index
  }
  const positions = await layout.arrange({
    nodes: nodes.map(({ id }) => ({ id, ...sizeOf(id) })),
    edges: document.edges
      .filter((edge) => ids.has(edge.source) && ids.has(edge.target))
      .map((edge) => ({ source: edge.source, target: edge.target, sourcePort: portAt(edge) })),
  })
  const left = isPart ? Math.min(...nodes.map((node) => node.position.x)) : 0
  const top = isPart ? Math.min(...nodes.map((node) => node.position.y)) : 0
  const arranged = [...positions].map(([id, { x, y }]) => ({ id, x: x + left, y: y + top, ...sizeOf(id) }))
  const others = document.nodes
    .filter((node) => !positions.has(node.id))
    .map(({ id, position }) => ({ id, ...position, ...sizeOf(id) }))
  const shift = besideOthers(arranged, others)
  const moved = arranged.map((card) => ({ ...card, x: card.x + shift.x, y: card.y + shift.y }))
  const moves: NodeMove[] = moved.map(({ id, x, y }) => ({ nodeId: id, position: { x, y } }))
  const cards = [...others, ...moved]
  const { bendEdges } = await import('../edges/bend-edges.ts')
  const bends = await bendEdges(measuredEdges(document.edges, cards, canvas), cards, {
    moved: new Set(moved.map(({ id }) => id)),
    pause: () => new Promise((resolve) => setTimeout(resolve)),
  })
  session.store.setState({ isArranging: true })
  session.dispatch({ type: 'tidy-up', moves, bends })
}

/** Returns the edges that the canvas draws, with their ends at these cards. */
function measuredEdges(
  edges: readonly WorkflowEdge[],
  cards: readonly CardBox[],
  canvas: CanvasHandle | null,
): readonly EdgeBetween[] {
  const byId = new Map(cards.map((card) => [card.id, card]))
  return edges.flatMap((edge) => {
    const [source, target] = [byId.get(edge.source), byId.get(edge.target)]
    if (source === undefined || target === undefined) return []
    const undrawn = { from: { x: source.width, y: PORT_HEIGHT }, to: { x: 0, y: PORT_HEIGHT } }
    const ends = canvas === null ? undrawn : canvas.endsOf(edge)
    if (ends === null) return []
    return [{ ...edge, from: plus(source, ends.from), to: plus(target, ends.to) }]
  })
}

function plus(one: Position, other: Position): Position {
  return { x: one.x + other.x, y: one.y + other.y }
}
