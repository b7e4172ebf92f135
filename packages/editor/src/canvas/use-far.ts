import { useStore } from '@xyflow/react'

const STEP = 1.15

/**
 * Scale at which lines and marks must be drawn to keep their size on screen; 1 from actual
 * size on.
 *
 * It grows in steps, so that zooming does not compute the styles of all cards anew with each frame.
 */
export function farOf(zoom: number): number {
  if (!(zoom > 0) || zoom >= 1) return 1
  const steps = Math.ceil(Math.log(1 / zoom) / Math.log(STEP) - 1e-9)
  return Math.round(STEP ** steps * 100) / 100
}

/** The same for the canvas as it is drawn now. */
export function useFar(): number {
  return useStore((state) => farOf(state.transform[2]))
}
