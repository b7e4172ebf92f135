import { useStore } from '@xyflow/react'

/** How large the canvas is drawn; 1 is actual size. */
export function useZoom(): number {
  return useStore((state) => state.transform[2])
}

/** Below this cards become plain tiles with a name. */
export const FAR_ZOOM = 0.42

export function useIsFar(): boolean {
  return useStore((state) => state.transform[2] < FAR_ZOOM)
}
