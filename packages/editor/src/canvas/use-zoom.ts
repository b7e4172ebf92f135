import { useStore } from '@xyflow/react'

/** How large the canvas is drawn; 1 is actual size. */
export function useZoom(): number {
  return useStore((state) => state.transform[2])
}

/** As far out and as near as the canvas goes: a chain of 100 nodes in one row must fit. */
export const ZOOM_LIMITS = Object.freeze({ least: 0.02, most: 2 })

/** Below this cards become plain tiles with their icon and name. */
export const FAR_ZOOM = 0.5

/** Below this names wrap around the icon and take the whole tile. */
const SMALL_ZOOM = 0.28

/** Below this a tile has room for its icon only. */
const TINY_ZOOM = 0.16

/** Level of detail of a card at this zoom: in full, or as a tile with its name, a large name, or its icon alone. */
type CardDetail = 'full' | 'name' | 'large-name' | 'icon'

export function useCardDetail(): CardDetail {
  return useStore(({ transform: [, , zoom] }) => {
    if (zoom >= FAR_ZOOM) return 'full'
    if (zoom >= SMALL_ZOOM) return 'name'
    return zoom >= TINY_ZOOM ? 'large-name' : 'icon'
  })
}
