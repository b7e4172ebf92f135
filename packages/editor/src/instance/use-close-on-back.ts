import { useEffect, useRef } from 'react'
import { useInstance } from './instance-context.ts'

/**
 * Closes a dialog, menu or panel when the user goes back on a phone. Without it, Back leaves the page.
 *
 * @param isOpen - True while it is open.
 * @param onClose - Closes it.
 */
export function useCloseOnBack(isOpen: boolean, onClose: () => void): void {
  const { backLayers } = useInstance()
  const latest = useRef(onClose)
  latest.current = onClose
  useEffect(() => (isOpen ? backLayers.open(() => latest.current()) : undefined), [isOpen, backLayers])
}
