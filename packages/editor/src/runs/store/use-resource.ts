import { useCallback, useEffect, useMemo, useState } from 'react'

/** What was asked for from the server, in one of its states; the last value stays while it is read again. */
export interface Resource<Value> {
  readonly value: Value | null
  readonly error: unknown
  readonly isLoading: boolean
  readonly reload: () => void
  /** Puts a newer value in place that came by another way. */
  readonly replace: (value: Value) => void
}

/**
 * Reads something from the server while mounted; a newer reading takes the place of the one under way.
 *
 * @param load - Stable between renders; another function is another resource. `null` reads nothing yet.
 */
export function useResource<Value>(load: ((abortSignal: AbortSignal) => Promise<Value>) | null): Resource<Value> {
  const [state, setState] = useState<{ load: unknown; value: Value | null; error: unknown; isLoading: boolean }>({
    load: null,
    value: null,
    error: null,
    isLoading: load !== null,
  })
  const [round, setRound] = useState(0)
  // biome-ignore lint/correctness/useExhaustiveDependencies: another round reads again
  useEffect(() => {
    if (load === null) return
    const abort = new AbortController()
    setState((before) => ({
      load,
      value: before.load === load ? before.value : null,
      error: null,
      isLoading: true,
    }))
    // A client of the host may throw at once.
    Promise.resolve()
      .then(() => load(abort.signal))
      .then(
        (value) => {
          if (!abort.signal.aborted) setState({ load, value, error: null, isLoading: false })
        },
        (error: unknown) => {
          if (!abort.signal.aborted) setState((before) => ({ ...before, error, isLoading: false }))
        },
      )
    return () => abort.abort()
  }, [load, round])
  const reload = useCallback(() => setRound((before) => before + 1), [])
  const replace = useCallback((value: Value) => setState((before) => ({ ...before, value, error: null })), [])
  return useMemo(() => {
    const isOwn = state.load === load
    return {
      value: isOwn ? state.value : null,
      error: isOwn ? state.error : null,
      isLoading: isOwn ? state.isLoading : load !== null,
      reload,
      replace,
    }
  }, [state, load, reload, replace])
}
