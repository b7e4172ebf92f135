import type { NodeId, Position } from '@tenon/core/document'
import { Position as Side } from '@xyflow/react'
import type { CardBox, EdgeBetween } from './card-box.ts'
import { crossedCards } from './crossed-cards.ts'
import { edgePath } from './edge-path.ts'
import { createTakenLanes, findRoute } from './find-route.ts'

interface BendOptions {
  /** Cards that have moved. Edges without an end at one of them, and out of their way, are left alone. */
  readonly moved: ReadonlySet<NodeId>
  /** Awaited after each edge that was led around cards, so that a large workflow does not block the page. */
  readonly pause: () => Promise<void>
}

/**
 * Computes the bend points of edges after cards have moved, so that no edge is drawn behind a card.
 *
 * @param edges - All edges, with their ends at the new positions.
 * @param cards - All cards, at their new positions.
 * @returns The bend points by the id of the edge, for all edges that are not left alone; an empty list where a curve
 * crosses no card. Where cards overlap or leave no gap, an edge may still cross them.
 */
export async function bendEdges(
  edges: readonly EdgeBetween[],
  cards: readonly CardBox[],
  { moved, pause }: BendOptions,
): Promise<ReadonlyMap<string, readonly Position[]>> {
  const movedCards = cards.filter(({ id }) => moved.has(id))
  const affected = edges.filter((edge) => {
    const isMoved = moved.has(edge.source) || moved.has(edge.target)
    return isMoved || crossedCards(edge, drawnPath(edge, edge.points), movedCards).length > 0
  })
  const taken = createTakenLanes()
  const bends = new Map<string, readonly Position[]>()
  // Short edges first: they have fewer ways around a card, and long ones then run beside them.
  for (const edge of affected.sort((a, b) => reachOf(a) - reachOf(b))) {
    const isClear = crossedCards(edge, drawnPath(edge), cards).length === 0
    const route = isClear ? [] : (findRoute(edge, cards, taken) ?? [])
    bends.set(edge.id, route)
    if (isClear) continue
    taken.add(edge, route)
    await pause()
  }
  return bends
}

function reachOf({ from, to }: EdgeBetween): number {
  return Math.abs(to.x - from.x) + Math.abs(to.y - from.y)
}

/** Returns the path by which the canvas draws an edge with these bend points. */
export function drawnPath({ from, to }: Pick<EdgeBetween, 'from' | 'to'>, points?: readonly Position[]): string {
  const ends = { sourceX: from.x, sourceY: from.y, targetX: to.x, targetY: to.y }
  return edgePath({ ...ends, sourcePosition: Side.Right, targetPosition: Side.Left }, points)[0]
}
