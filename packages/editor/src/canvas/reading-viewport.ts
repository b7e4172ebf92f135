import type { Rect, Viewport, XYPosition } from '@xyflow/react'
import { NAME_ZOOM } from './use-zoom.ts'

const READING_ZOOM = 0.72
const MARGIN = 24

/**
 * Returns the initial viewport of a workflow: the whole workflow if the names on its tiles are readable, else its
 * beginning, or the part with one card in the middle.
 *
 * @param bounds - Bounds of all cards, in units of the canvas.
 * @param size - Size of the element that shows them, in pixels.
 * @param middle - Center of the card to show; `null` for the beginning.
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
