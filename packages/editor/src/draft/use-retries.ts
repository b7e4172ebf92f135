import { TenonError } from '@tenon/core/errors'
import { useEffect, useRef } from 'react'
import { useStore } from 'zustand'
import { canRetry, retryLater } from '../instance/retry-later.ts'
import type { EditorStore } from '../store/editor-store.ts'

const FIRST_PAUSE_MS = 2_000

/**
 * Loads again while the draft could not be loaded for a reason that may pass, such as a server that restarts. The
 * pauses double from 2 s to 15 s, and end when the network is back. The error stays visible meanwhile.
 */
export function useRetries(store: EditorStore, load: () => void): void {
  const failure = useStore(store, ({ phase }) => (phase.kind === 'failed' ? phase : null))
  const isReady = useStore(store, ({ phase }) => phase.kind === 'ready')
  const failures = useRef(0)
  const latest = useRef(load)
  latest.current = load
  useEffect(() => {
    if (isReady) failures.current = 0
  }, [isReady])
  useEffect(() => {
    if (failure === null || !canRetry(failure.error)) return
    failures.current += 1
    const options = { failures: failures.current, firstPauseMs: FIRST_PAUSE_MS, onlyVisible: true }
    return retryLater(() => latest.current(), options)
  }, [failure])
}

/** Checks whether two failures have the same reason. */
export function isSameFault(one: unknown, other: unknown): boolean {
  return one instanceof TenonError && other instanceof TenonError && one.code === other.code
}
