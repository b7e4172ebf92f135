import type { Rect, Viewport } from '@xyflow/react'

/** Below this a workflow is shown from its beginning rather than whole: names must be readable. */
const LEAST_ZOOM = 0.6
const READING_ZOOM = 0.72
const MARGIN = 40

/** The view in which a workflow is read: whole where it fits at a readable size, else from its beginning. */
export function readingViewport(bounds: Rect, width: number, height: number): Viewport {
  const whole = Math.min((width - 2 * MARGIN) / bounds.width, (height - 2 * MARGIN) / bounds.height, 1)
  const zoom = whole < LEAST_ZOOM ? READING_ZOOM : whole
  const fitsAcross = bounds.width * zoom <= width - 2 * MARGIN
  const fitsDown = bounds.height * zoom <= height - 2 * MARGIN
  return {
    zoom,
    x: (fitsAcross ? (width - bounds.width * zoom) / 2 : MARGIN) - bounds.x * zoom,
    y: (fitsDown ? (height - bounds.height * zoom) / 2 : MARGIN) - bounds.y * zoom,
  }
}
