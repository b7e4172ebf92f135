import { useStore } from '@xyflow/react'

const STEP = 1.15

/**
 * Returns the scale at which lines and marks keep their size on screen; 1 from actual size upwards.
 *
 * It increases in steps, so that zooming does not recompute the styles of all cards in each frame.
 */
export function farOf(zoom: number): number {
  if (!(zoom > 0) || zoom >= 1) return 1
  const steps = Math.ceil(Math.log(1 / zoom) / Math.log(STEP) - 1e-9)
  return Math.round(STEP ** steps * 100) / 100
}

/** Returns {@link farOf} for the current zoom of the canvas. */
export function useFar(): number {
  return useStore((state) => farOf(state.transform[2]))
}
