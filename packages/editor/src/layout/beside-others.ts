import type { Position } from '@tenon/core/document'

/** A card on the canvas. */
interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

const GAP = 40
const GRID = 10

/**
 * Computes the shortest move in one direction after which a group of cards covers no other card.
 *
 * @param group - Cards that are moved together.
 * @param others - Cards that are not moved.
 * @returns A move in steps of the grid; zero if no card is covered.
 */
export function besideOthers(group: readonly Box[], others: readonly Box[]): Position {
  const directions = [
    { x: 0, y: 1 },
    { x: 0, y: -1 },
    { x: 1, y: 0 },
    { x: -1, y: 0 },
  ] as const
  let best: Position = { x: 0, y: 0 }
  let shortest = Number.POSITIVE_INFINITY
  for (const direction of directions) {
    const length = clearance(group, others, direction)
    if (length >= shortest) continue
    shortest = length
    best = { x: direction.x * length, y: direction.y * length }
  }
  return best
}

/**
 * Computes the distance in one direction after which a group covers no card; each step clears the cards covered at that
 * point.
 */
function clearance(group: readonly Box[], others: readonly Box[], direction: Position): number {
  let moved = 0
  for (;;) {
    let step = 0
    for (const box of group) {
      const here = { ...box, x: box.x + direction.x * moved, y: box.y + direction.y * moved }
      for (const other of others) if (isCovering(here, other)) step = Math.max(step, past(here, other, direction))
    }
    if (step === 0) return moved
    moved += Math.ceil(step / GRID) * GRID
  }
}

function isCovering(a: Box, b: Box): boolean {
  const apartX = a.x >= b.x + b.width + GAP || b.x >= a.x + a.width + GAP
  const apartY = a.y >= b.y + b.height + GAP || b.y >= a.y + a.height + GAP
  return !apartX && !apartY
}

function past(box: Box, other: Box, { x, y }: Position): number {
  if (y > 0) return other.y + other.height + GAP - box.y
  if (y < 0) return box.y + box.height + GAP - other.y
  if (x > 0) return other.x + other.width + GAP - box.x
  return box.x + box.width + GAP - other.x
}
