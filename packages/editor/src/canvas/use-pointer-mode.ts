import { useStoreApi } from '@xyflow/react'
import { type PointerEvent, useCallback, useState } from 'react'

interface PointerMode {
  /** True while Shift is held: dragging on the empty canvas draws a selection rectangle instead of moving the view. */
  readonly isMarquee: boolean
  readonly onPointerMove: (event: PointerEvent) => void
  readonly onPointerDownCapture: (event: PointerEvent) => void
}

/**
 * Reads the modifier keys from pointer events. React Flow would bind them to the window, where they would react to keys
 * for the host or for another editor.
 */
export function usePointerMode(): PointerMode {
  const flow = useStoreApi()
  const [isMarquee, setIsMarquee] = useState(false)
  const onPointerMove = useCallback((event: PointerEvent) => {
    if (event.buttons === 0) setIsMarquee(event.shiftKey)
  }, [])
  const onPointerDownCapture = useCallback(
    (event: PointerEvent) => {
      flow.setState({ multiSelectionActive: event.shiftKey || event.metaKey || event.ctrlKey })
    },
    [flow],
  )
  return { isMarquee, onPointerMove, onPointerDownCapture }
}
