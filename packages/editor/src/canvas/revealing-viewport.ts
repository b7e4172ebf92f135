import type { Rect, Viewport } from '@xyflow/react'

/** Room around a card that is brought into sight, in pixels. */
const MARGIN = 32

/** The part of a canvas that nothing covers, in pixels from its upper left corner. */
interface Room {
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
}

/**
 * The view that shows one card: moved no farther than it takes, so that a person keeps their bearings.
 *
 * @param box - Of the card, in units of the canvas.
 * @param viewport - As it is now, with the zoom that it is to have.
 * @param isZooming - The zoom changes: then the card goes to the middle, because nothing else stays where it was.
 */
export function revealingViewport(box: Rect, room: Room, viewport: Viewport, isZooming: boolean): Viewport {
  const { zoom } = viewport
  const along = (start: number, length: number, offset: number, from: number, to: number): number => {
    const middle = (from + to) / 2 - (start + length / 2) * zoom
    if (isZooming || length * zoom + 2 * MARGIN > to - from) return middle
    const least = from + MARGIN - start * zoom
    const most = to - MARGIN - (start + length) * zoom
    return Math.min(most, Math.max(least, offset))
  }
  return {
    zoom,
    x: along(box.x, box.width, viewport.x, room.left, room.right),
    y: along(box.y, box.height, viewport.y, room.top, room.bottom),
  }
}
