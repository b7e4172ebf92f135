import type { Rect, Viewport } from '@xyflow/react'

/** Margin around a revealed card, in pixels. */
const MARGIN = 32

/** Uncovered part of a canvas, in pixels from its upper left corner. */
interface Room {
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
}

/**
 * Returns the viewport that shows one card, moved as little as possible, so that people keep their orientation.
 *
 * @param box - Bounds of the card, in units of the canvas.
 * @param viewport - Current viewport, with the target zoom.
 * @param isZooming - True if the zoom changes: the card is centered then, since everything else moves as well.
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
