import {
  type NodeId,
  type NodeMove,
  type Position,
  resolvePorts,
  type WorkflowDocument,
  type WorkflowEdge,
  type WorkflowNode,
} from '@tenon/core/document'
import type { CanvasHandle } from '../contexts/canvas-handle.ts'
import type { CardBox, EdgeBetween } from '../edges/card-box.ts'
import { NODE_HEIGHT, NODE_WIDTH } from '../frames/card-size.ts'
import { nodeBoxes } from '../frames/node-boxes.ts'
import { idsInside, loopsAround, nodesByParent } from '../graph/containers.ts'
import type { EditorSession } from '../session/session-types.ts'
import { besideOthers } from './beside-others.ts'
import type { LayoutProvider } from './layout-provider.ts'

/** Distance in pixels from the top of a card to its input and first port, for cards that are not drawn yet. */
const PORT_HEIGHT = 24

/**
 * Arranges the selected nodes, or all when fewer than two are selected: first the nodes inside loops, then the loops, of
 * which the frames follow from their content, with the nodes beside them. A part of a workflow is arranged where it is,
 * beside the other nodes; locked nodes are not moved. Edges that would be drawn behind a card get bend points.
 */
export async function tidyUp(session: EditorSession, layout: LayoutProvider, canvas: CanvasHandle | null) {
  const { document, nodesById, manifest, selectedNodes } = session.store.getState()
  const isPart = selectedNodes.size > 1
  const chosen = document.nodes.filter((node) => node.locked !== true && (!isPart || selectedNodes.has(node.id)))
  if (chosen.length === 0) return
  const ids = new Set(chosen.map((node) => node.id))
  const sizes = canvas?.sizes() ?? new Map()
  const portAt = (edge: WorkflowEdge) => {
    const source = nodesById.get(edge.source)
    const entry = source === undefined ? undefined : manifest.entryOf(source)
    if (source === undefined || entry === undefined) return 0
    const ports = resolvePorts(source, entry)
    const index = ports.findIndex((port) => port.name === edge.sourceHandle)
    // An edge of a port that the node no longer has is drawn below the others.
    return index < 0 ? ports.length : index
  }
  const moved = new Set<NodeId>()
  let now: WorkflowDocument = document
  for (const [parentId, level] of levelsInnerFirst(document, nodesById)) {
    const nodes = level.filter(({ id }) => ids.has(id))
    if (nodes.length === 0) continue
    const boxes = nodeBoxes(now, manifest, sizes)
    const boxOf = ({ id, position }: WorkflowNode): CardBox =>
      boxes.get(id) ?? { id, ...position, width: NODE_WIDTH, height: NODE_HEIGHT }
    const own = new Set(nodes.map(({ id }) => id))
    const positions = await layout.arrange({
      nodes: nodes.map(boxOf).map(({ id, width, height }) => ({ id, width, height })),
      edges: document.edges
        .filter((edge) => own.has(edge.source) && own.has(edge.target))
        .map((edge) => ({ source: edge.source, target: edge.target, sourcePort: portAt(edge) })),
    })
    const isHere = isPart || parentId !== null
    const left = isHere ? Math.min(...nodes.map((node) => boxOf(node).x)) : 0
    const top = isHere ? Math.min(...nodes.map((node) => boxOf(node).y)) : 0
    const arranged = nodes.flatMap((node) => {
      const at = positions.get(node.id)
      return at === undefined ? [] : [{ ...boxOf(node), x: at.x + left, y: at.y + top }]
    })
    const others = level.filter(({ id }) => !positions.has(id)).map(boxOf)
    const shift = besideOthers(arranged, others)
    const steps = new Map(
      arranged.map((card) => {
        const before = boxes.get(card.id) ?? card
        return [card.id, { x: card.x + shift.x - before.x, y: card.y + shift.y - before.y }]
      }),
    )
    for (const id of steps.keys()) moved.add(id)
    now = shifted(now, steps)
  }
  const before = new Map(document.nodes.map(({ id, position }) => [id, position]))
  const moves: NodeMove[] = now.nodes
    .filter(({ id, position }) => moved.has(id) || before.get(id) !== position)
    .map(({ id, position }) => ({ nodeId: id, position }))
  const bends = await bendsOf(now, nodeBoxes(now, manifest, sizes), new Set(moves.map(({ nodeId }) => nodeId)), canvas)
  session.store.setState({ isArranging: true })
  session.dispatch({ type: 'tidy-up', moves, bends })
}

/** Returns the nodes of each level, those of inner loops before those of the loops around them. */
function levelsInnerFirst(document: WorkflowDocument, nodesById: ReadonlyMap<NodeId, WorkflowNode>) {
  const depthOf = (id: NodeId | null) => (id === null ? 0 : 1 + loopsAround(nodesById, id).length)
  return [...nodesByParent(document)].sort(([one], [other]) => depthOf(other) - depthOf(one))
}

/** Moves nodes, each with what is inside it. */
function shifted(document: WorkflowDocument, steps: ReadonlyMap<NodeId, Position>): WorkflowDocument {
  const all = new Map(steps)
  for (const [id, step] of steps) for (const inner of idsInside(document, [id])) all.set(inner, step)
  const nodes = document.nodes.map((node) => {
    const { x, y } = all.get(node.id) ?? { x: 0, y: 0 }
    return x === 0 && y === 0 ? node : { ...node, position: { x: node.position.x + x, y: node.position.y + y } }
  })
  return { ...document, nodes }
}

/** Computes the bend points of edges, level by level, since the edges inside a loop cross its frame only. */
async function bendsOf(
  document: WorkflowDocument,
  boxes: ReadonlyMap<NodeId, CardBox>,
  moved: ReadonlySet<NodeId>,
  canvas: CanvasHandle | null,
): Promise<ReadonlyMap<string, readonly Position[]>> {
  const { bendEdges } = await import('../edges/bend-edges.ts')
  const all = new Map<string, readonly Position[]>()
  for (const level of nodesByParent(document).values()) {
    const cards = level.flatMap(({ id }) => boxes.get(id) ?? [])
    const bends = await bendEdges(measuredEdges(document.edges, cards, canvas), cards, {
      moved,
      pause: () => new Promise((resolve) => setTimeout(resolve)),
    })
    for (const [id, points] of bends) all.set(id, points)
  }
  return all
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
