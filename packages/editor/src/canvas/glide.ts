import { onNextFrame } from '../instance/frame.ts'
import type { FlowNode } from './flow-types.ts'

const DURATION_MS = 220

/**
 * Animates cards and their edges to new positions, so that people can follow a new layout.
 *
 * @param show - Called once per frame with all cards, the last time with exactly `to`.
 * @returns A function that ends the animation: the cards jump to their new positions.
 */
export function glide(
  from: readonly FlowNode[],
  to: readonly FlowNode[],
  show: (nodes: readonly FlowNode[]) => void,
): () => void {
  const starts = new Map(from.map((node) => [node.id, node.position]))
  const begin = performance.now()
  let cancel: () => void
  let isDone = false
  const frame = () => {
    const progress = Math.min(1, (performance.now() - begin) / DURATION_MS)
    const eased = 1 - (1 - progress) ** 3
    if (progress === 1) {
      isDone = true
      show(to)
      return
    }
    show(to.map((node) => between(node, starts.get(node.id), eased)))
    cancel = onNextFrame(frame)
  }
  cancel = onNextFrame(frame)
  return () => {
    cancel()
    if (!isDone) show(to)
  }
}

function between(node: FlowNode, start: FlowNode['position'] | undefined, progress: number): FlowNode {
  if (start === undefined || (start.x === node.position.x && start.y === node.position.y)) return node
  const { x, y } = node.position
  return { ...node, position: { x: start.x + (x - start.x) * progress, y: start.y + (y - start.y) * progress } }
}
