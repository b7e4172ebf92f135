import { useStore } from '@xyflow/react'

/** Returns the zoom of the canvas; 1 is actual size. */
export function useZoom(): number {
  return useStore((state) => state.transform[2])
}

/** Limits of the zoom; at the least one, a chain of 100 nodes in one row fits. */
export const ZOOM_LIMITS = Object.freeze({ least: 0.02, most: 2 })

/** Zoom below which cards become plain tiles with their icon and name. */
export const FAR_ZOOM = 0.5

/** Zoom below which the icon becomes a badge on the corner of the tile, so that the name has the whole tile. */
const SMALL_ZOOM = 0.4

/** Zoom below which a name on a tile is unreadable. A workflow is opened as a whole down to this zoom. */
export const NAME_ZOOM = 0.2

/**
 * Zoom below which an icon is unreadable as well, and a tile only shows the colors of its category and its problems.
 */
const DOT_ZOOM = 0.07

/** Level of detail of a card: in full, a tile with icon and name, a tile with a badge and a name, an icon, a dot. */
export type CardDetail = 'full' | 'name' | 'badge' | 'icon' | 'dot'

/**
 * Returns the level of detail at which cards are drawn.
 *
 * @param zoom - Scale of the canvas; 1 is actual size.
 */
export function cardDetailOf(zoom: number): CardDetail {
  if (zoom >= FAR_ZOOM) return 'full'
  if (zoom >= SMALL_ZOOM) return 'name'
  if (zoom >= NAME_ZOOM) return 'badge'
  return zoom >= DOT_ZOOM ? 'icon' : 'dot'
}

/** Returns the current level of detail of the canvas. */
export function useCardDetail(): CardDetail {
  return useStore(({ transform: [, , zoom] }) => cardDetailOf(zoom))
}
