import { type FocusEvent, useEffect, useRef } from 'react'

/** Ref and listeners of a panel that keeps the focus. */
interface KeptFocus {
  readonly ref: { current: HTMLElement | null }
  readonly tabIndex: -1
  readonly onFocus: (event: FocusEvent) => void
  readonly onBlur: () => void
}

/** Time in milliseconds in which a menu or a popover that closes returns the focus to its button. */
const RETURN_MS = 30

/**
 * Returns the attributes of a panel that takes the focus when the focused element inside it is removed, such as the link
 * of a fix that was applied. Otherwise the page has the focus, where the shortcuts of the editor do nothing. Elements of
 * menus that the panel opens count as inside.
 */
export function useKeptFocus(): KeptFocus {
  const ref = useRef<HTMLElement | null>(null)
  const last = useRef<Element | null>(null)
  useEffect(() => {
    const panel = ref.current
    if (panel === null) return
    const isLost = (): boolean => {
      const { activeElement, body } = panel.ownerDocument
      return last.current !== null && !last.current.isConnected && activeElement === body
    }
    let waiting: ReturnType<typeof setTimeout> | undefined
    const observer = new MutationObserver(() => {
      if (!isLost()) return
      clearTimeout(waiting)
      waiting = setTimeout(() => {
        if (isLost()) panel.focus({ preventScroll: true })
      }, RETURN_MS)
    })
    observer.observe(panel, { childList: true, subtree: true })
    return () => {
      observer.disconnect()
      clearTimeout(waiting)
    }
  }, [])
  return {
    ref,
    tabIndex: -1,
    onFocus: ({ target }) => {
      last.current = target
    },
    onBlur: () => {
      const left = last.current
      // A browser may report the removal of an element as a blur, before the element has left the page.
      queueMicrotask(() => {
        if (last.current === left && left?.isConnected === true) last.current = null
      })
    },
  }
}
