import type { Position } from '@tenon/core/document'
import type { CardBox, EdgeBetween } from './card-box.ts'

/** Distance in pixels between two samples of a curve; a card is never crossed between them. */
const SAMPLE = 6
/** Distance in pixels within which a line counts as touching a card. */
const MARGIN = 4

/** Returns points along an SVG path of lines and Bézier curves with absolute coordinates, as React Flow writes them. */
function samplePath(path: string): readonly Position[] {
  const samples: Position[] = []
  let at: Position = { x: 0, y: 0 }
  for (const [, command = '', numbers = ''] of path.matchAll(/([MLQC])([^MLQC]*)/g)) {
    const values = numbers
      .trim()
      .split(/[\s,]+/)
      .map(Number)
    const corners: Position[] = []
    for (let index = 0; index < values.length; index += 2) {
      corners.push({ x: values[index] ?? 0, y: values[index + 1] ?? 0 })
    }
    if (command === 'M') samples.push(...corners)
    else samples.push(...curve([at, ...corners]))
    at = corners.at(-1) ?? at
  }
  return samples
}

function curve(corners: readonly Position[]): readonly Position[] {
  const length = corners.slice(1).reduce((sum, { x, y }, index) => {
    const before = corners[index] ?? { x, y }
    return sum + Math.hypot(x - before.x, y - before.y)
  }, 0)
  const count = Math.max(1, Math.ceil(length / SAMPLE))
  return Array.from({ length: count }, (_, index) => pointAt(corners, (index + 1) / count))
}

/** De Casteljau's algorithm; two corners are a line. */
function pointAt(corners: readonly Position[], share: number): Position {
  let points = corners
  while (points.length > 1) {
    const before = points
    points = before.slice(1).map(({ x, y }, index) => {
      const from = before[index] ?? { x, y }
      return { x: from.x + (x - from.x) * share, y: from.y + (y - from.y) * share }
    })
  }
  return points[0] ?? { x: 0, y: 0 }
}

/** Returns the cards that an edge touches. Its own two cards count only if it runs behind them. */
export function crossedCards(
  { source, target }: Pick<EdgeBetween, 'source' | 'target'>,
  path: string,
  cards: readonly CardBox[],
): readonly CardBox[] {
  const samples = samplePath(path)
  const bounds = boundsOf(samples)
  return cards.filter((card) => {
    const margin = card.id === source || card.id === target ? -MARGIN : MARGIN
    const box = {
      left: card.x - margin,
      right: card.x + card.width + margin,
      top: card.y - margin,
      bottom: card.y + card.height + margin,
    }
    if (box.left > bounds.right || box.right < bounds.left || box.top > bounds.bottom || box.bottom < bounds.top)
      return false
    return samples.some(({ x, y }) => x > box.left && x < box.right && y > box.top && y < box.bottom)
  })
}

function boundsOf(points: readonly Position[]) {
  const bounds = { left: Infinity, right: -Infinity, top: Infinity, bottom: -Infinity }
  for (const { x, y } of points) {
    bounds.left = Math.min(bounds.left, x)
    bounds.right = Math.max(bounds.right, x)
    bounds.top = Math.min(bounds.top, y)
    bounds.bottom = Math.max(bounds.bottom, y)
  }
  return bounds
}
