import type { Position } from '@tenon/core/document'
import { type EdgeProps, getBezierPath, getSmoothStepPath } from '@xyflow/react'

type EdgeEnds = Pick<EdgeProps, 'sourceX' | 'sourceY' | 'sourcePosition' | 'targetX' | 'targetY' | 'targetPosition'>

/** Horizontal overlap in pixels from which an edge counts as leading backwards. */
const BACKWARD = 40
/** Distance from an input up to the middle of the gap above its card. */
const ABOVE_CARD = 56
/** Radius of the corners of an edge. */
const RADIUS = 16
/** Distance in pixels within which a bend follows its port, which moves when its card gets more rows. */
const PORT_DRIFT = 120

/**
 * Returns the path of an edge and its middle: lines through its bend points; without any, a curve in reading direction,
 * or steps between the rows if it leads back to the next row.
 */
export function edgePath(
  ends: EdgeEnds,
  points: readonly Position[] = [],
): readonly [path: string, middleX: number, middleY: number] {
  const { sourceX, sourceY, targetX, targetY } = ends
  if (points.length > 0) {
    const from = { x: sourceX, y: sourceY }
    const to = { x: targetX, y: targetY }
    return roundedPath([from, ...levelWith(from, to, points), to])
  }
  const isNextRow = targetX < sourceX - BACKWARD && targetY > sourceY + ABOVE_CARD
  if (!isNextRow) {
    const [path, middleX, middleY] = getBezierPath(ends)
    return [path, middleX, middleY]
  }
  const centerY = targetY - ABOVE_CARD
  const [path] = getSmoothStepPath({ ...ends, centerY, borderRadius: RADIUS, offset: 24 })
  return [path, (sourceX + targetX) / 2, centerY]
}

/** Puts the first and last bend point at the height of the ports, if a vertical line follows, so that ends are level. */
function levelWith(from: Position, to: Position, points: readonly Position[]): readonly Position[] {
  const level = [...points]
  const put = (index: number, beside: number, end: Position) => {
    const [point, next] = [points[index], points[beside]]
    if (point === undefined || next === undefined || point.x !== next.x) return
    if (Math.abs(point.y - end.y) <= PORT_DRIFT) level[index] = { x: point.x, y: end.y }
  }
  put(0, 1, from)
  put(points.length - 1, points.length - 2, to)
  return level
}

function roundedPath(line: readonly Position[]): readonly [path: string, middleX: number, middleY: number] {
  const [first = { x: 0, y: 0 }] = line
  let path = `M${first.x},${first.y}`
  for (const [index, corner] of line.entries()) {
    const [before, after] = [line[index - 1], line[index + 1]]
    if (before === undefined) continue
    if (after === undefined) {
      path += ` L${corner.x},${corner.y}`
      continue
    }
    const radius = Math.min(RADIUS, lengthOf(before, corner) / 2, lengthOf(corner, after) / 2)
    const start = towards(corner, before, radius)
    const end = towards(corner, after, radius)
    path += ` L${start.x},${start.y} Q${corner.x},${corner.y} ${end.x},${end.y}`
  }
  const middle = middleOf(line)
  return [path, middle.x, middle.y]
}

function middleOf(line: readonly Position[]): Position {
  const legs = line.slice(1).map((to, index) => ({ from: line[index] ?? to, to }))
  let left = legs.reduce((sum, { from, to }) => sum + lengthOf(from, to), 0) / 2
  for (const { from, to } of legs) {
    const length = lengthOf(from, to)
    if (left <= length) return towards(from, to, left)
    left -= length
  }
  return line.at(-1) ?? { x: 0, y: 0 }
}

function towards(from: Position, to: Position, distance: number): Position {
  const length = lengthOf(from, to)
  if (length === 0) return from
  const share = distance / length
  return { x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share }
}

function lengthOf(from: Position, to: Position): number {
  return Math.hypot(to.x - from.x, to.y - from.y)
}
