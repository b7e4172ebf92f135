import { useStore } from '@xyflow/react'

/** How large the canvas is drawn; 1 is actual size. */
export function useZoom(): number {
  return useStore((state) => state.transform[2])
}

/** As far out and as near as the canvas goes: a chain of 100 nodes in one row must fit. */
export const ZOOM_LIMITS = Object.freeze({ least: 0.02, most: 2 })

/** Below this cards become plain tiles with their icon and name. */
export const FAR_ZOOM = 0.5

/** Below this the icon becomes a badge on the corner of the tile, so that the name has the whole tile. */
const SMALL_ZOOM = 0.4

/** Below this a name cannot be read on its tile any more. A workflow is opened whole down to here. */
export const NAME_ZOOM = 0.2

/** Below this an icon cannot be read either, and a tile shows only the colors of its category and its problems. */
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

/** Follows the level of detail of the canvas as it is drawn now. */
export function useCardDetail(): CardDetail {
  return useStore(({ transform: [, , zoom] }) => cardDetailOf(zoom))
}
