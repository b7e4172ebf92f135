import { type EdgeProps, getBezierPath, getSmoothStepPath } from '@xyflow/react'

type EdgeEnds = Pick<EdgeProps, 'sourceX' | 'sourceY' | 'sourcePosition' | 'targetX' | 'targetY' | 'targetPosition'>

/** An edge leads back only from here on: a little overlap still makes a good curve. */
const BACKWARD = 40
/** From an input up to the middle of the gap above its card. */
const ABOVE_CARD = 56

/**
 * The line of an edge and its middle: a curve in reading direction; in steps where it leads back to the next row, so
 * that it runs between the rows and not across their cards.
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
