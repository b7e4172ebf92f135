import { useEffect, useRef } from 'react'
import { loadPart } from '../instance/load-part.ts'
import { referencesOf } from './calls-of.ts'
import type { CallChecksOptions } from './check-calls.ts'

interface UseCallChecksOptions extends Omit<CallChecksOptions, 'client'> {
  readonly client: ReturnType<CallChecksOptions['client']>
  /** False for a published version, whose nodes run what it contains. */
  readonly isDraft: boolean
}

/** Shows the problems of nodes that run other workflows, and of the error handler, while the draft is edited. */
export function useCallChecks({ store, client, workflowId, isDraft }: UseCallChecksOptions): void {
  const latest = useRef(client)
  latest.current = client
  useEffect(() => {
    if (!isDraft) return
    const abort = new AbortController()
    let stop = () => {}
    const begin = () => {
      const { calls, errorHandler } = referencesOf(store.getState())
      if (abort.signal.aborted || (calls.length === 0 && errorHandler === undefined)) return
      unsubscribe()
      // Most drafts name no other workflow.
      loadPart(() => import('./check-calls.ts'), { abortSignal: abort.signal }).then(
        ({ startCallChecks }) => {
          if (!abort.signal.aborted) stop = startCallChecks({ store, client: () => latest.current, workflowId })
        },
        // It throws when the editor is closed only.
        () => {},
      )
    }
    const unsubscribe = store.subscribe((state, before) => {
      if (state.document !== before.document || state.manifest !== before.manifest) begin()
    })
    begin()
    return () => {
      abort.abort()
      unsubscribe()
      stop()
    }
  }, [store, workflowId, isDraft])
}
