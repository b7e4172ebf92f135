import type { TenonClient } from '@tenon/core/client'
import type { WorkflowId } from '@tenon/core/document'
import { useEffect, useRef } from 'react'
import { tableUsesOf } from './data-tables/table-uses.ts'
import { loadPart } from './instance/load-part.ts'
import type { EditorState } from './store/editor-state.ts'
import type { EditorStore } from './store/editor-store.ts'
import { referencesOf } from './sub-workflows/calls-of.ts'
import { schedulesOf } from './triggers/schedules-of.ts'

interface UseServerChecksOptions {
  readonly store: EditorStore
  readonly client: TenonClient
  /** Workflow that is edited. */
  readonly workflowId: WorkflowId
  /** False for a published version, whose nodes run what it contains. */
  readonly isDraft: boolean
}

/**
 * Shows the problems that only the server finds while the draft is edited: those of nodes that run other workflows, of the
 * error handler, of schedules, and of data tables.
 */
export function useServerChecks({ store, client, workflowId, isDraft }: UseServerChecksOptions): void {
  const latest = useRef(client)
  latest.current = client
  useEffect(() => {
    if (!isDraft) return
    const options = { store, client: () => latest.current, workflowId }
    // Most drafts have none of these.
    const stopCalls = startWhen(store, hasReferences, async (abortSignal) => {
      const { startCallChecks } = await loadPart(() => import('./sub-workflows/check-calls.ts'), { abortSignal })
      return () => startCallChecks(options)
    })
    const stopSchedules = startWhen(store, hasSchedules, async (abortSignal) => {
      const { startScheduleChecks } = await loadPart(() => import('./triggers/check-schedules.ts'), { abortSignal })
      return () => startScheduleChecks(options)
    })
    const stopTables = startWhen(store, hasTables, async (abortSignal) => {
      const { startTableChecks } = await loadPart(() => import('./data-tables/check-tables.ts'), { abortSignal })
      return () => startTableChecks(options)
    })
    return () => {
      stopCalls()
      stopSchedules()
      stopTables()
    }
  }, [store, workflowId, isDraft])
}

function hasReferences(state: EditorState): boolean {
  const { calls, errorHandler } = referencesOf(state)
  return calls.length > 0 || errorHandler !== undefined
}

function hasSchedules(state: EditorState): boolean {
  return !state.isReadOnly && schedulesOf(state).length > 0
}

function hasTables(state: EditorState): boolean {
  return !state.isReadOnly && tableUsesOf(state).length > 0
}

/** Loads a check and starts it as soon as the draft needs it. */
function startWhen(
  store: EditorStore,
  isNeeded: (state: EditorState) => boolean,
  load: (abortSignal: AbortSignal) => Promise<() => () => void>,
): () => void {
  const abort = new AbortController()
  let stop = () => {}
  const begin = () => {
    if (abort.signal.aborted || !isNeeded(store.getState())) return
    unsubscribe()
    load(abort.signal).then(
      (start) => {
        if (!abort.signal.aborted) stop = start()
      },
      // It throws when the editor is closed only.
      () => {},
    )
  }
  const unsubscribe = store.subscribe((state, before) => {
    const { document, manifest, isReadOnly } = before
    if (state.document !== document || state.manifest !== manifest || state.isReadOnly !== isReadOnly) begin()
  })
  begin()
  return () => {
    abort.abort()
    unsubscribe()
    stop()
  }
}
