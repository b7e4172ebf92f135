import { TenonError } from '@tenon/core/errors'
import { useEffect, useRef } from 'react'
import { useStore } from 'zustand'
import type { EditorStore } from '../store/editor-store.ts'

const FIRST_RETRY_MS = 2_000
const LONGEST_RETRY_MS = 15_000

/**
 * Retries loading the draft after a temporary failure, such as a restart of the server. The pauses double from 2 s to
 * 15 s. The error remains visible.
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
    if (failure === null || !(failure.error instanceof TenonError && failure.error.retryable)) return
    const timer = setTimeout(() => latest.current(), Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** failures.current))
    failures.current += 1
    return () => clearTimeout(timer)
  }, [failure])
}

/** Checks whether two failures have the same reason. */
export function isSameFault(one: unknown, other: unknown): boolean {
  return one instanceof TenonError && other instanceof TenonError && one.code === other.code
}
