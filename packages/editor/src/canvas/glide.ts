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
  const starts = new Map(from.map((node) => [node.id, node]))
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

function between(node: FlowNode, start: FlowNode | undefined, progress: number): FlowNode {
  // A card that changed its frame has no position in the new one to start from.
  if (start === undefined || start.parentId !== node.parentId) return node
  const { x, y } = node.position
  const isStill = start.position.x === x && start.position.y === y
  const isSame = start.width === node.width && start.height === node.height
  if (isStill && isSame) return node
  const mix = (before: number, after: number) => before + (after - before) * progress
  const position = { x: mix(start.position.x, x), y: mix(start.position.y, y) }
  const { width, height } = node
  if (width === undefined || height === undefined) return { ...node, position }
  return {
    ...node,
    position,
    width: mix(start.width ?? width, width),
    height: mix(start.height ?? height, height),
  }
}
