import { useEffect, useRef } from 'react'
import { isPageVisible, onPageVisibility } from '../instance/browser.ts'

/**
 * Calls `refresh` at an interval while mounted and the page is visible, and at once when the page becomes visible: for
 * data whose changes the server does not report, such as the position of a run in its queue.
 *
 * @param everyMs - Interval in milliseconds; `null` stops it.
 */
export function useRefreshEvery(refresh: () => void, everyMs: number | null): void {
  const latest = useRef(refresh)
  latest.current = refresh
  useEffect(() => {
    if (everyMs === null) return
    const refreshIfSeen = () => {
      if (isPageVisible()) latest.current()
    }
    const timer = setInterval(refreshIfSeen, everyMs)
    const stopVisibility = onPageVisibility(refreshIfSeen)
    return () => {
      clearInterval(timer)
      stopVisibility()
    }
  }, [everyMs])
}
