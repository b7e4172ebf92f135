import type { Rect, Viewport, XYPosition } from '@xyflow/react'
import { NAME_ZOOM } from './use-zoom.ts'

const READING_ZOOM = 0.72
const MARGIN = 24

/**
 * Returns the view in which a workflow is read: whole where the names on its tiles can be read, else from its
 * beginning, or as much farther on as it takes to have one card in the middle.
 *
 * @param bounds - Of all cards, in units of the canvas.
 * @param size - Of the element that shows them, in pixels.
 * @param middle - Of the card that matters most; `null` for the beginning.
 */
export function readingViewport(
  bounds: Rect,
  { width, height }: { readonly width: number; readonly height: number },
  middle: XYPosition | null = null,
): Viewport {
  const whole = Math.min((width - 2 * MARGIN) / bounds.width, (height - 2 * MARGIN) / bounds.height, 1)
  const zoom = whole < NAME_ZOOM ? READING_ZOOM : whole
  const fitsAcross = bounds.width * zoom <= width - 2 * MARGIN
  const fitsDown = bounds.height * zoom <= height - 2 * MARGIN
  const beginning = {
    x: (fitsAcross ? (width - bounds.width * zoom) / 2 : MARGIN) - bounds.x * zoom,
    y: (fitsDown ? (height - bounds.height * zoom) / 2 : MARGIN) - bounds.y * zoom,
  }
  if (middle === null) return { zoom, ...beginning }
  return {
    zoom,
    x: fitsAcross ? beginning.x : Math.min(beginning.x, width / 2 - middle.x * zoom),
    y: fitsDown ? beginning.y : Math.min(beginning.y, height / 2 - middle.y * zoom),
  }
}
