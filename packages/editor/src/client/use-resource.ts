import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { isOnline, onNetworkChange } from '../instance/place.ts'

/** A value from the server with its state; the last value is kept while it is loaded again. */
export interface Resource<Value> {
  readonly value: Value | null
  readonly error: unknown
  readonly isLoading: boolean
  readonly reload: () => void
  /** Loads again after a change; a load in progress is finished first, so that loading always ends. */
  readonly refresh: () => void
  /** Replaces the value by a newer one from another source. */
  readonly replace: (value: Value) => void
}

/**
 * Loads a value from the server while mounted, and again after a failure when the network is back; a newer load
 * replaces the one in progress.
 *
 * @param load - Stable between renders; another function is another resource. With `null`, nothing is loaded.
 */
export function useResource<Value>(load: ((abortSignal: AbortSignal) => Promise<Value>) | null): Resource<Value> {
  const [state, setState] = useState<{ load: unknown; value: Value | null; error: unknown; isLoading: boolean }>({
    load: null,
    value: null,
    error: null,
    isLoading: load !== null,
  })
  const [round, setRound] = useState(0)
  const progress = useRef({ isReading: false, isStale: false })
  // biome-ignore lint/correctness/useExhaustiveDependencies: another round loads again
  useEffect(() => {
    if (load === null) return
    const abort = new AbortController()
    progress.current = { isReading: true, isStale: false }
    const finish = () => {
      const { isStale } = progress.current
      progress.current = { isReading: false, isStale: false }
      if (isStale) setRound((before) => before + 1)
    }
    setState((before) => ({
      load,
      value: before.load === load ? before.value : null,
      error: null,
      isLoading: true,
    }))
    begin(load, abort.signal).then(
      (value) => {
        if (abort.signal.aborted) return
        setState({ load, value, error: null, isLoading: false })
        finish()
      },
      (error: unknown) => {
        if (abort.signal.aborted) return
        setState((before) => ({ ...before, error, isLoading: false }))
        finish()
      },
    )
    return () => abort.abort()
  }, [load, round])
  const hasFailed = state.load === load && state.error !== null
  useEffect(() => {
    if (!hasFailed) return
    return onNetworkChange(() => {
      if (isOnline()) setRound((before) => before + 1)
    })
  }, [hasFailed])
  const reload = useCallback(() => setRound((before) => before + 1), [])
  const refresh = useCallback(() => {
    if (progress.current.isReading) progress.current.isStale = true
    else setRound((before) => before + 1)
  }, [])
  const replace = useCallback((value: Value) => setState((before) => ({ ...before, value, error: null })), [])
  return useMemo(() => {
    const isOwn = state.load === load
    return {
      value: isOwn ? state.value : null,
      error: isOwn ? state.error : null,
      isLoading: isOwn ? state.isLoading : load !== null,
      reload,
      refresh,
      replace,
    }
  }, [state, load, reload, refresh, replace])
}

// A custom client of the host may throw synchronously.
function begin<Value>(load: (abortSignal: AbortSignal) => Promise<Value>, abortSignal: AbortSignal): Promise<Value> {
  try {
    return load(abortSignal)
  } catch (error) {
    return Promise.reject(error)
  }
}
