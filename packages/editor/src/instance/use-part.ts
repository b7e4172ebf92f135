import { useEffect, useState } from 'react'
import { loadPart } from './load-part.ts'

export interface PartState<Part> {
  /** `null` until it is there. */
  readonly part: Part | null
  /** Tries at once; `null` while there is no reason to believe that the part will not come. */
  readonly tryNow: (() => void) | null
}

/**
 * Fetches a part of the editor when its place is first shown.
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
      // It was given up by leaving.
      () => {},
    )
    return () => abort.abort()
  }, [load])
  return state
}
