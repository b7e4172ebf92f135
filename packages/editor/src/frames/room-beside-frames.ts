import type { NodeId, NodeMove, WorkflowDocument } from '@tenon/core/document'
import type { CardBox } from '../edges/card-box.ts'
import { idsInside } from '../graph/containers.ts'
import { descendantsOf, type Graph, graphOf } from '../graph/graph.ts'
import type { ManifestIndex } from '../manifest/manifest-index.ts'
import { NODE_GAP } from './card-size.ts'
import { FRAME, nodeBoxes } from './node-boxes.ts'

/** A direction in which a frame can grow: along an axis, to its end (1) or to its start (-1). */
interface Direction {
  readonly axis: 'x' | 'y'
  readonly sign: 1 | -1
}

const DIRECTIONS: readonly Direction[] = [
  { axis: 'x', sign: 1 },
  { axis: 'y', sign: 1 },
  { axis: 'x', sign: -1 },
  { axis: 'y', sign: -1 },
]

/**
 * Moves what a grown frame would cover: nodes behind it and beside it to the right, nodes below it down, nodes before it
 * and beside it to the left, nodes above it up; then those around the frame that grew with it, up to the outermost level.
 *
 * @param before - The document before the change.
 * @param after - The document with the change.
 * @param loopId - Loop whose frame may have grown; `null` for the outermost level, which has no frame.
 * @param covered - Box of the loop before the change, for a loop that is new. @defaultValue none
 * @returns Moves of nodes of `after`, with the content of moved loops.
 */
export function makeRoom(
  before: WorkflowDocument,
  after: WorkflowDocument,
  manifest: ManifestIndex,
  loopId: NodeId | null,
  covered: CardBox | null = null,
): readonly NodeMove[] {
  const moved = new Set<NodeId>()
  let document = after
  const boxesBefore = nodeBoxes(before, manifest)
  const graph = graphOf(after)
  for (let id = loopId; id !== null; id = parentOf(after, id)) {
    const loop = id
    const old = boxesBefore.get(loop) ?? covered
    if (old === null) continue
    for (const direction of DIRECTIONS) {
      const { axis, sign } = direction
      const boxes = nodeBoxes(document, manifest)
      const now = boxes.get(loop)
      if (now === undefined || farSide(now, direction) <= farSide(old, direction)) continue
      const linked = axis === 'x' ? linkedTo(graph, loop, sign) : new Set<NodeId>()
      const inTheWay = after.nodes.filter((node) => {
        const box = boxes.get(node.id)
        if (box === undefined || node.id === loop || (node.parentId ?? null) !== parentOf(after, loop)) return false
        const isPast = nearSide(box, direction) >= farSide(old, direction)
        return isPast && (linked.has(node.id) || overlaps(box, now, axis === 'x' ? 'y' : 'x'))
      })
      const nearest = Math.min(...inTheWay.flatMap((node) => nearSideOf(boxes.get(node.id), direction)))
      const missing = farSide(now, direction) + gapOf(direction) - nearest
      if (inTheWay.length === 0 || missing <= 0) continue
      const ids = inTheWay.map((node) => node.id)
      const all = new Set([...ids, ...idsInside(document, ids)])
      for (const each of all) moved.add(each)
      const by = sign * missing
      const nodes = document.nodes.map((node) =>
        all.has(node.id) ? { ...node, position: { ...node.position, [axis]: node.position[axis] + by } } : node,
      )
      document = { ...document, nodes }
    }
  }
  return document.nodes.filter(({ id }) => moved.has(id)).map(({ id, position }) => ({ nodeId: id, position }))
}

/** Returns the nodes after a node, or those before it. */
function linkedTo(graph: Graph, nodeId: NodeId, sign: 1 | -1): ReadonlySet<NodeId> {
  return descendantsOf(sign === 1 ? graph : { incoming: graph.outgoing, outgoing: graph.incoming }, nodeId)
}

// Room for the next node is at the end only; at the start, the frame keeps a distance.
function gapOf({ axis, sign }: Direction): number {
  return sign === 1 ? NODE_GAP[axis] : FRAME.inset
}

/** Returns the side of a box that moves when it grows, as a distance in the direction. */
function farSide(box: CardBox, { axis, sign }: Direction): number {
  return sign === 1 ? endOf(box, axis) : -box[axis]
}

/** Returns the opposite side of a box, as a distance in the direction. */
function nearSide(box: CardBox, { axis, sign }: Direction): number {
  return sign === 1 ? box[axis] : -endOf(box, axis)
}

function nearSideOf(box: CardBox | undefined, direction: Direction): readonly number[] {
  return box === undefined ? [] : [nearSide(box, direction)]
}

function parentOf(document: WorkflowDocument, nodeId: NodeId): NodeId | null {
  return document.nodes.find(({ id }) => id === nodeId)?.parentId ?? null
}

function endOf(box: CardBox, axis: 'x' | 'y'): number {
  return axis === 'x' ? box.x + box.width : box.y + box.height
}

function overlaps(one: CardBox, other: CardBox, axis: 'x' | 'y'): boolean {
  return one[axis] < endOf(other, axis) && other[axis] < endOf(one, axis)
}
