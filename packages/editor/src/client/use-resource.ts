import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { canRetry, retryLater } from '../instance/retry-later.ts'

/** A value from the server with its state; the last value is kept while it is loaded again. */
export interface Resource<Value> {
  readonly value: Value | null
  readonly error: unknown
  readonly isLoading: boolean
  /** True while a failed load is retried automatically, since the reason may be temporary. */
  readonly isRetrying: boolean
  /** Loads again at once, without the error of the last load. */
  readonly reload: () => void
  /** Loads again after a change: a load in progress is finished first, so that loading always ends. */
  readonly refresh: () => void
  /** Replaces the value by a newer one from another source. */
  readonly replace: (value: Value) => void
}

interface ResourceState<Value> {
  /** The function that the state belongs to. */
  readonly load: unknown
  readonly value: Value | null
  readonly error: unknown
  readonly isLoading: boolean
}

/** One load. `keepsError` shows the last error until it is known that it has passed. */
interface Round {
  readonly count: number
  readonly keepsError: boolean
}

const FIRST_PAUSE_MS = 2_000

/**
 * Loads something from the server while mounted; a newer load replaces the one in progress.
 *
 * After a failure that may pass, such as a server that restarts, it loads again while the page is visible: after pauses
 * that double from 2 s to 15 s, and at once when the network is back. The error stays visible meanwhile.
 *
 * @param load - Stable between renders; another function is another resource. `null` loads nothing yet.
 */
export function useResource<Value>(load: ((abortSignal: AbortSignal) => Promise<Value>) | null): Resource<Value> {
  const [state, setState] = useState<ResourceState<Value>>({
    load: null,
    value: null,
    error: null,
    isLoading: load !== null,
  })
  const [round, setRound] = useState<Round>({ count: 0, keepsError: false })
  const progress = useRef({ isReading: false, isStale: false })
  const failures = useRef(0)
  const begin = useCallback((keepsError: boolean) => setRound(({ count }) => ({ count: count + 1, keepsError })), [])
  // biome-ignore lint/correctness/useExhaustiveDependencies: another function is another resource, which has not failed yet
  useEffect(() => {
    failures.current = 0
  }, [load])
  useEffect(() => {
    if (load === null) return
    const abort = new AbortController()
    progress.current = { isReading: true, isStale: false }
    const finish = () => {
      const { isStale } = progress.current
      progress.current = { isReading: false, isStale: false }
      if (isStale) begin(true)
    }
    setState((before) => {
      const isSame = before.load === load
      const error = isSame && round.keepsError ? before.error : null
      return { load, value: isSame ? before.value : null, error, isLoading: true }
    })
    call(load, abort.signal).then(
      (value) => {
        if (abort.signal.aborted) return
        failures.current = 0
        setState({ load, value, error: null, isLoading: false })
        finish()
      },
      (error: unknown) => {
        if (abort.signal.aborted) return
        failures.current += 1
        setState((before) => ({ ...before, error, isLoading: false }))
        finish()
      },
    )
    return () => abort.abort()
  }, [load, round, begin])
  const isRetrying = state.load === load && canRetry(state.error)
  useEffect(() => {
    if (!isRetrying || state.isLoading) return
    const options = { failures: failures.current, firstPauseMs: FIRST_PAUSE_MS, onlyVisible: true }
    return retryLater(() => begin(true), options)
  }, [isRetrying, state.isLoading, begin])
  const reload = useCallback(() => begin(false), [begin])
  const refresh = useCallback(() => {
    if (progress.current.isReading) progress.current.isStale = true
    else begin(true)
  }, [begin])
  const replace = useCallback((value: Value) => setState((before) => ({ ...before, value, error: null })), [])
  return useMemo(() => {
    const isOwn = state.load === load
    return {
      value: isOwn ? state.value : null,
      error: isOwn ? state.error : null,
      isLoading: isOwn ? state.isLoading : load !== null,
      isRetrying,
      reload,
      refresh,
      replace,
    }
  }, [state, load, isRetrying, reload, refresh, replace])
}

// A custom client of the host may throw synchronously.
function call<Value>(load: (abortSignal: AbortSignal) => Promise<Value>, abortSignal: AbortSignal): Promise<Value> {
  try {
    return load(abortSignal)
  } catch (error) {
    return Promise.reject(error)
  }
}
