import { useEffect, useLayoutEffect, useRef } from 'react'
import { onPageLeave } from '../instance/browser.ts'
import { PANELS_KEY, recall, remember, type ViewMemory } from '../instance/view-memory.ts'
import { useSession } from '../session/session-context.tsx'
import { panelsFrom } from '../store/panels.ts'

/** Pause of a drag in milliseconds after which it is stored. */
const PAUSE_MS = 200

/** Restores the panels of this person and stores their changes. */
export function useRememberedPanels(memory: ViewMemory | null): void {
  const { store } = useSession()
  // Hosts write the memory inline, so a new object must not cause another read.
  const latest = useRef(memory)
  latest.current = memory
  useLayoutEffect(() => store.setState({ panels: panelsFrom(recall(latest.current, PANELS_KEY)) }), [store])
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | null = null
    const write = () => {
      timer = null
      const { palette, inspector } = store.getState().panels
      remember(latest.current, PANELS_KEY, { palette: { ...palette }, inspector: { ...inspector } })
    }
    const stop = store.subscribe((state, before) => {
      if (state.panels === before.panels) return
      if (timer !== null) clearTimeout(timer)
      timer = setTimeout(write, PAUSE_MS)
    })
    const flush = () => {
      if (timer === null) return
      clearTimeout(timer)
      write()
    }
    const stopLeaving = onPageLeave(flush)
    return () => {
      stop()
      stopLeaving()
      flush()
    }
  }, [store])
}
