import type { NodeId, NodeMove, WorkflowDocument } from '@tenon/core/document'
import type { CardBox } from '../edges/card-box.ts'
import { idsInside } from '../graph/containers.ts'
import { descendantsOf, graphOf } from '../graph/graph.ts'
import type { ManifestIndex } from '../manifest/manifest-index.ts'
import { NODE_GAP } from './card-size.ts'
import { nodeBoxes } from './node-boxes.ts'

/**
 * Moves what a grown frame would cover: nodes behind it and beside it to the right, nodes below it down; then those
 * around the frame that grew with it, up to the outermost level.
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
    for (const axis of ['x', 'y'] as const) {
      const boxes = nodeBoxes(document, manifest)
      const now = boxes.get(loop)
      if (old === null || now === undefined || endOf(now, axis) <= endOf(old, axis)) continue
      const behind = axis === 'x' ? descendantsOf(graph, loop) : new Set<NodeId>()
      const inTheWay = after.nodes.filter((node) => {
        const box = boxes.get(node.id)
        if (box === undefined || node.id === loop || (node.parentId ?? null) !== parentOf(after, loop)) return false
        const isPast = box[axis] >= endOf(old, axis)
        return isPast && (behind.has(node.id) || overlaps(box, now, axis === 'x' ? 'y' : 'x'))
      })
      if (inTheWay.length === 0) continue
      const nearest = Math.min(...inTheWay.map((node) => boxes.get(node.id)?.[axis] ?? Number.POSITIVE_INFINITY))
      const missing = endOf(now, axis) + NODE_GAP[axis] - nearest
      if (missing <= 0) continue
      const ids = inTheWay.map((node) => node.id)
      const all = new Set([...ids, ...idsInside(document, ids)])
      for (const each of all) moved.add(each)
      const nodes = document.nodes.map((node) =>
        all.has(node.id) ? { ...node, position: { ...node.position, [axis]: node.position[axis] + missing } } : node,
      )
      document = { ...document, nodes }
    }
  }
  return document.nodes.filter(({ id }) => moved.has(id)).map(({ id, position }) => ({ nodeId: id, position }))
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
