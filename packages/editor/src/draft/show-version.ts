import type { TenonClient } from '@tenon/core/client'
import type { EditorSession } from '../session/session-types.ts'
import { loadSurroundings } from './load-surroundings.ts'

interface ShowVersionOptions {
  readonly session: EditorSession
  readonly client: () => TenonClient
  readonly workflowId: string
  readonly version: string
  readonly onFailed: (error: unknown) => void
}

/** Shows one published version, read-only. Returns a function that cancels the loading. */
export function showVersion({ session, client, workflowId, version, onFailed }: ShowVersionOptions): () => void {
  const abort = new AbortController()
  const { signal: abortSignal } = abort
  session.store.setState({ isReadOnly: true })
  Promise.all([
    loadSurroundings(client, workflowId, abortSignal),
    (async () => client().versions.get(workflowId, version, { abortSignal }))(),
  ])
    .then(([surroundings, { document }]) => {
      if (abortSignal.aborted) return
      session.store.setState(surroundings)
      session.adopt(document)
      session.store.setState({ phase: { kind: 'ready' }, sync: 'local' })
    })
    .catch((error: unknown) => {
      if (!abortSignal.aborted) onFailed(error)
    })
  return () => abort.abort()
}
