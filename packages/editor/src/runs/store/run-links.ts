import { createContext } from 'react'

/** Pages of the host that the views of a run link to; `null` for a page that it does not have. */
export interface RunLinks {
  readonly onOpenRun: ((runId: string) => void) | null
}

/** Links of the run views around; none by default. */
export const RunLinksContext = createContext<RunLinks>(Object.freeze({ onOpenRun: null }))
