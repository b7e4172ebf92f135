import { useEffect, useMemo, useRef } from 'react'

interface DelayedChange {
  readonly push: (value: string) => void
  readonly flush: () => void
  readonly isPending: () => boolean
}

const PAUSE_MS = 300

/** Hands a typed value on after a pause, and at once when asked; never lost on unmount. */
export function useDelayedChange(onChange: (value: string) => void): DelayedChange {
  const latest = useRef(onChange)
  latest.current = onChange
  const change = useMemo<DelayedChange>(() => {
    let pending: { readonly value: string; readonly timer: ReturnType<typeof setTimeout> } | null = null
    const flush = () => {
      if (pending === null) return
      clearTimeout(pending.timer)
      const { value } = pending
      pending = null
      latest.current(value)
    }
    return {
      push: (value) => {
        if (pending !== null) clearTimeout(pending.timer)
        pending = { value, timer: setTimeout(flush, PAUSE_MS) }
      },
      flush,
      isPending: () => pending !== null,
    }
  }, [])
  useEffect(() => change.flush, [change])
  return change
}
