import { type EdgeProps, getBezierPath, getSmoothStepPath } from '@xyflow/react'

type EdgeEnds = Pick<EdgeProps, 'sourceX' | 'sourceY' | 'sourcePosition' | 'targetX' | 'targetY' | 'targetPosition'>

/** Horizontal overlap in pixels from which an edge counts as leading backwards. */
const BACKWARD = 40
/** Distance from an input up to the middle of the gap above its card. */
const ABOVE_CARD = 56

/**
 * Returns the path of an edge and its middle: a curve in reading direction, or steps between the rows if it leads back
 * to the next row, so that it does not cross cards.
 */
export function edgePath(ends: EdgeEnds): readonly [path: string, middleX: number, middleY: number] {
  const { sourceX, sourceY, targetX, targetY } = ends
  const isNextRow = targetX < sourceX - BACKWARD && targetY > sourceY + ABOVE_CARD
  if (!isNextRow) {
    const [path, middleX, middleY] = getBezierPath(ends)
    return [path, middleX, middleY]
  }
  const centerY = targetY - ABOVE_CARD
  const [path] = getSmoothStepPath({ ...ends, centerY, borderRadius: 16, offset: 24 })
  return [path, (sourceX + targetX) / 2, centerY]
}
