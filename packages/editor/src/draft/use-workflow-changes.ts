import type { TenonClient } from '@tenon/core/client'
import { TenonError } from '@tenon/core/errors'
import { useRef } from 'react'
import { useTenantChanges } from '../client/use-tenant-changes.ts'
import type { EditorSession } from '../session/session-types.ts'
import type { WorkflowDetailsStore } from '../session/workflow-details.ts'

interface WorkflowChangesOptions {
  readonly session: EditorSession
  readonly client: TenonClient
  readonly workflowId: string
  readonly details: WorkflowDetailsStore | null
  /** Called when a deleted workflow was restored: everything has to be loaded again. */
  readonly onRestored: () => void
}

/** Shows changes of the workflow by other users in an open editor: rename, publish, delete and restore. */
export function useWorkflowChanges({ session, client, workflowId, details, onRestored }: WorkflowChangesOptions): void {
  const isDeleted = useRef(false)
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
      if (isDeleted.current) latest.current.onRestored()
      isDeleted.current = false
    } catch (error) {
      const isGone = error instanceof TenonError && error.code === 'WORKFLOW_NOT_FOUND'
      if (!isGone || own !== lastRead.current) return
      isDeleted.current = true
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
      if (session.store.getState().workflow !== null) void read()
    },
  })
}
