import { useStore } from '@xyflow/react'

/** How large the canvas is drawn; 1 is actual size. */
export function useZoom(): number {
  return useStore((state) => state.transform[2])
}

/** Below this cards become plain tiles with a name. */
export const FAR_ZOOM = 0.42

/** Below this the names on tiles are drawn larger, or nobody could read them. */
const TINY_ZOOM = 0.28

/** How a card is drawn at this zoom: in full, as a tile with its name, or as a tile with a large name. */
export function useCardDetail(): 'full' | 'name' | 'large-name' {
  return useStore(({ transform: [, , zoom] }) => {
    if (zoom >= FAR_ZOOM) return 'full'
    return zoom >= TINY_ZOOM ? 'name' : 'large-name'
  })
}
