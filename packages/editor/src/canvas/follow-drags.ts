import type { NodeId } from '@tenon/core/document'
import type { FlowNode } from './flow-types.ts'

interface Drag {
  readonly dx: number
  readonly dy: number
}

/** Drags of other users by node; the nodes that one user drags share one object. */
export type Drags = ReadonlyMap<NodeId, Drag>

const NONE: ReadonlySet<Drag> = new Set()

/**
 * Moves the nodes that other users drag by the offset of the drag; the drop writes their position. As on the canvas of the
 * user who drags, what is inside a dragged frame moves with the frame only, and a locked node does not move. A node that is
 * dragged no more goes back to its corner.
 *
 * @param nodes - Each frame before the nodes inside it.
 * @param before - Drags that were last applied.
 */
export function followDrags(nodes: readonly FlowNode[], drags: Drags, before: Drags): readonly FlowNode[] {
  const around = new Map<NodeId, ReadonlySet<Drag>>()
  return nodes.map((node) => {
    const outer = around.get(node.parentId ?? '') ?? NONE
    const drag = drags.get(node.id)
    const isOutermost = drag !== undefined && !outer.has(drag)
    around.set(node.id, isOutermost ? new Set([...outer, drag]) : outer)
    if (drag === undefined && !before.has(node.id)) return node
    const { x, y } = node.data.corner.relative
    const moves = isOutermost && node.data.node.locked !== true
    return { ...node, position: moves ? { x: x + drag.dx, y: y + drag.dy } : { x, y } }
  })
}
