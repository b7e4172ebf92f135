import type { TenonClient } from '@tenon/core/client'
import { TenonError } from '@tenon/core/errors'
import { useEffect, useRef } from 'react'
import { useStore } from 'zustand'
import { useTenantChanges } from '../client/use-tenant-changes.ts'
import { retryLater } from '../instance/retry-later.ts'
import type { EditorSession } from '../session/session-types.ts'
import type { WorkflowDetailsStore } from '../session/workflow-details.ts'
import type { EditorState } from '../store/editor-state.ts'

const FIRST_PAUSE_MS = 2_000

interface WorkflowChangesOptions {
  readonly session: EditorSession
  readonly client: TenonClient
  readonly workflowId: string
  readonly details: WorkflowDetailsStore | null
  /** Called when a deleted workflow was restored: everything has to be loaded again. */
  readonly onRestored: () => void
}

/**
 * Shows changes of the workflow by other users in an open editor: rename, publish, delete and restore. While the workflow
 * does not exist, it is requested again after pauses that double from 2 s to 15 s, as long as the page is visible.
 */
export function useWorkflowChanges({ session, client, workflowId, details, onRestored }: WorkflowChangesOptions): void {
  const isMissing = useStore(session.store, isWorkflowMissing)
  const lastRead = useRef(0)
  const latest = useRef({ details, onRestored })
  latest.current = { details, onRestored }
  const read = async () => {
    lastRead.current += 1
    const own = lastRead.current
    try {
      const workflow = await client.workflows.get(workflowId)
      if (own !== lastRead.current) return
      latest.current.details?.accept(workflow)
      if (isWorkflowMissing(session.store.getState())) latest.current.onRestored()
    } catch (error) {
      const isGone = error instanceof TenonError && error.code === 'WORKFLOW_NOT_FOUND'
      if (!isGone || own !== lastRead.current || isWorkflowMissing(session.store.getState())) return
      session.flush()
      session.store.setState({ isReadOnly: true, phase: { kind: 'failed', error, isDeleted: true } })
    }
  }
  useTenantChanges({
    client,
    isRelevant: (change) =>
      change.kind === 'workflow'
        ? change.id === workflowId
        : change.kind === 'version' && change.workflowId === workflowId,
    onChange: () => {
      // Before the first load has ended there is nothing to sync.
      const state = session.store.getState()
      if (state.workflow !== null || isWorkflowMissing(state)) void read()
    },
  })
  const reading = useRef(read)
  reading.current = read
  // The notification of the restore may be lost, since the connection may have closed with the workflow.
  useEffect(() => {
    if (!isMissing) return
    let stop = () => {}
    const wait = (failures: number) => {
      const next = () =>
        void reading.current().then(() => isWorkflowMissing(session.store.getState()) && wait(failures + 1))
      stop = retryLater(next, { failures, firstPauseMs: FIRST_PAUSE_MS, onlyVisible: true })
    }
    wait(1)
    return () => stop()
  }, [isMissing, session])
}

/** Checks whether the workflow of an editor does not exist: deleted while it was open, or before. */
function isWorkflowMissing({ phase }: Pick<EditorState, 'phase'>): boolean {
  return phase.kind === 'failed' && phase.error instanceof TenonError && phase.error.code === 'WORKFLOW_NOT_FOUND'
}
