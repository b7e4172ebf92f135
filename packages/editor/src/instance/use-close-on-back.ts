import { useEffect, useRef } from 'react'
import { useInstance } from './instance-context.ts'

/**
 * Closes a dialog, menu or panel when the user goes back on a phone. Without it, Back leaves the page.
 *
 * @param isOpen - True while it is open.
 * @param onClose - Closes it.
 * @param isLocked - True while `onClose` may refuse. Back then uses up the history entry of the layer; a new one is added
 * when the layer is unlocked. Default: false.
 */
export function useCloseOnBack(isOpen: boolean, onClose: () => void, isLocked = false): void {
  const { backLayers } = useInstance()
  const latest = useRef(onClose)
  latest.current = onClose
  // biome-ignore lint/correctness/useExhaustiveDependencies: Back has used up the entry of a layer that was locked
  useEffect(() => (isOpen ? backLayers.open(() => latest.current()) : undefined), [isOpen, isLocked, backLayers])
}
