import { useEffect, useRef } from 'react'
import { fillsWindow, hasPageFocus } from '../instance/browser.ts'
import { useEditorStore } from '../session/session-context.tsx'

const VIEW = ':scope > .tn-outline, :scope > .tn-canvas'

/**
 * Focuses the view of the workflow once it is loaded, so that keys work at once.
 *
 * @param wanted - `undefined`: only in an editor that fills most of the window, and only if no element has the focus.
 */
export function useFirstFocus(frame: HTMLElement | null, wanted: boolean | undefined): void {
  const isReady = useEditorStore((state) => state.phase.kind === 'ready')
  const isDone = useRef(false)
  useEffect(() => {
    if (!isReady || frame === null || isDone.current) return
    isDone.current = true
    if (!(wanted ?? (!hasPageFocus(frame) && fillsWindow(frame)))) return
    const view = frame.querySelector(VIEW)
    // The user has not moved the focus, so no focus ring is needed.
    if (view instanceof HTMLElement) view.focus({ preventScroll: true, focusVisible: false })
  }, [isReady, frame, wanted])
}
