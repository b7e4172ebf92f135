import type { TenonClient } from '@tenon/core/client'
import { useCallback, useMemo, useRef } from 'react'
import { useStore } from 'zustand'
import type { EditorSession } from '../session/editor-session.ts'
import type { WorkflowDetails, WorkflowDetailsStore } from '../session/workflow-details.ts'
import { describeError } from '../ui/error-state.tsx'
import { useAnnouncer } from '../ui/live-region.tsx'

/** Name and description of a workflow as its server keeps them; `null` until they have been read. */
export function useStoredDetails(
  session: EditorSession,
  client: TenonClient,
  workflowId: string,
): WorkflowDetailsStore | null {
  const { toast } = useAnnouncer()
  const { store } = session
  const latest = useRef(client)
  latest.current = client
  const workflow = useStore(store, (state) => state.workflow)
  const update = useCallback(
    (changes: Partial<WorkflowDetails>) => {
      const before = store.getState().workflow
      if (before === null) return
      store.setState({ workflow: { ...before, ...changes } })
      latest.current.workflows
        .update(workflowId, changes)
        .then((stored) => store.setState({ workflow: stored }))
        .catch((error: unknown) => {
          store.setState({ workflow: before })
          const { why, remedy } = describeError(error)
          toast(`${why} ${remedy}`.trim(), { tone: 'failed' })
        })
    },
    [workflowId, store, toast],
  )
  return useMemo(
    () => (workflow === null ? null : { name: workflow.name, description: workflow.description, update }),
    [workflow, update],
  )
}
