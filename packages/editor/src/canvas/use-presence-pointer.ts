import { useReactFlow } from '@xyflow/react'
import { type PointerEvent, useCallback } from 'react'
import { usePresence } from '../contexts/presence-context.ts'

interface PresencePointer {
  readonly onPointerMove: (event: PointerEvent) => void
  readonly onPointerLeave: () => void
}

/** Sends the position of the pointer to other users, in the coordinates of the document. */
export function usePresencePointer(): PresencePointer {
  const presence = usePresence()
  const { screenToFlowPosition } = useReactFlow()
  const onPointerMove = useCallback(
    (event: PointerEvent) => {
      if (event.pointerType !== 'mouse') return
      const { x, y } = screenToFlowPosition({ x: event.clientX, y: event.clientY }, { snapToGrid: false })
      presence.set({ cursor: { x: Math.round(x), y: Math.round(y) } })
    },
    [presence, screenToFlowPosition],
  )
  const onPointerLeave = useCallback(() => presence.set({ cursor: null }), [presence])
  return { onPointerMove, onPointerLeave }
}
