import { useEffect, useState } from 'react'
import { useInstance } from './instance-context.ts'
import { loadPart } from './load-part.ts'

export interface PartState<Part> {
  /** Loaded part; `null` until then. */
  readonly part: Part | null
  /** Retries at once; `null` unless loading has failed several times. */
  readonly tryNow: (() => void) | null
}

/**
 * Loads a part of the editor when it is first rendered.
 *
 * @param load - Stable between renders.
 */
export function usePart<Part>(load: () => Promise<Part>): PartState<Part> {
  const { parts } = useInstance()
  const [state, setState] = useState<PartState<Part>>(() => ({ part: parts.find(load), tryNow: null }))
  useEffect(() => {
    const loaded = parts.find(load)
    if (loaded !== null) {
      // Another component has loaded the part since the first render.
      setState((known) => (known.part === null ? { part: loaded, tryNow: null } : known))
      return
    }
    const abort = new AbortController()
    const { signal: abortSignal } = abort
    loadPart(load, { abortSignal, onStuck: (tryNow) => setState({ part: null, tryNow }) }).then(
      (part) => {
        parts.add(load, part)
        if (!abortSignal.aborted) setState({ part, tryNow: null })
      },
      // It was aborted by unmounting.
      () => {},
    )
    return () => abort.abort()
  }, [load, parts])
  return state
}
