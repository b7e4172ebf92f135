import { useEffect, useState } from 'react'
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
  const [state, setState] = useState<PartState<Part>>({ part: null, tryNow: null })
  useEffect(() => {
    const abort = new AbortController()
    const { signal: abortSignal } = abort
    loadPart(load, { abortSignal, onStuck: (tryNow) => setState({ part: null, tryNow }) }).then(
      (part) => {
        if (!abortSignal.aborted) setState({ part, tryNow: null })
      },
      // It was aborted by unmounting.
      () => {},
    )
    return () => abort.abort()
  }, [load])
  return state
}
