import type { TenonClient } from '@tenon/core/client'
import { TenonError } from '@tenon/core/errors'
import { useEffect, useRef } from 'react'
import { useStore } from 'zustand'
import { useTenantChanges } from '../client/use-tenant-changes.ts'
import { retryLater } from '../instance/retry-later.ts'
import type { EditorSession } from '../session/session-types.ts'
import type { WorkflowDetailsStore } from '../session/workflow-details.ts'
import type { EditorState } from '../store/editor-state.ts'
import { workflowDeleted } from './socket-faults.ts'

const FIRST_PAUSE_MS = 2_000

interface WorkflowChangesOptions {
  readonly session: EditorSession
  readonly client: TenonClient
  readonly workflowId: string
  /** Version that is shown, if it is not the draft: the versions of a deleted workflow remain readable. */
  readonly version: string | undefined
  readonly details: WorkflowDetailsStore | null
  /** Called when a workflow that was missing can be read: everything has to be loaded again. */
  readonly onRestored: () => void
}

/**
 * Shows changes of the workflow by other users in an open editor: rename, publish, delete and restore. While the workflow
 * is deleted or does not exist, it is requested again after pauses that double from 2 s to 15 s, as long as the page is
 * visible.
 */
export function useWorkflowChanges(options: WorkflowChangesOptions): void {
  const { session, client, workflowId, version, details, onRestored } = options
  const isMissing = useStore(session.store, isWorkflowMissing)
  const lastRead = useRef(0)
  const latest = useRef({ details, onRestored })
  latest.current = { details, onRestored }
  const fail = (error: TenonError, how?: { readonly isDeleted: true }) => {
    session.flush()
    session.store.setState({ isReadOnly: true, phase: { kind: 'failed', error, ...how } })
  }
  const read = async () => {
    lastRead.current += 1
    const own = lastRead.current
    try {
      const workflow = await client.workflows.get(workflowId)
      if (own !== lastRead.current) return
      latest.current.details?.accept(workflow)
      const { phase } = session.store.getState()
      if (workflow.deletedAt === null) {
        if (isWorkflowMissing({ phase })) latest.current.onRestored()
      } else if (version === undefined && !(phase.kind === 'failed' && phase.isDeleted === true)) {
        fail(workflowDeleted(), { isDeleted: true })
      }
    } catch (error) {
      const isGone = error instanceof TenonError && error.code === 'WORKFLOW_NOT_FOUND'
      if (isGone && own === lastRead.current && !isWorkflowMissing(session.store.getState())) fail(error)
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

/** Checks whether the workflow of an editor is deleted or does not exist. */
function isWorkflowMissing({ phase }: Pick<EditorState, 'phase'>): boolean {
  return phase.kind === 'failed' && phase.error instanceof TenonError && phase.error.code === 'WORKFLOW_NOT_FOUND'
}
