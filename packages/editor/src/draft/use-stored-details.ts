import type { TenonClient } from '@tenon/core/client'
import { useEffect, useMemo, useRef } from 'react'
import { useStore } from 'zustand'
import type { EditorSession } from '../session/session-types.ts'
import type { WorkflowDetailsStore } from '../session/workflow-details.ts'
import { failureText } from '../ui/error-state.tsx'
import { useAnnouncer } from '../ui/live-region.tsx'
import { createStoredDetails } from './stored-details.ts'

/** Returns the sync of the name and description of a workflow; `null` until they are loaded. */
export function useStoredDetails(
  session: EditorSession,
  client: TenonClient,
  workflowId: string,
): WorkflowDetailsStore | null {
  const { toast } = useAnnouncer()
  const { store } = session
  const latest = useRef({ client, toast })
  latest.current = { client, toast }
  const workflow = useStore(store, (state) => state.workflow)
  const stored = useMemo(
    () =>
      createStoredDetails({
        store,
        client: () => latest.current.client,
        workflowId,
        onRefused: (error) => {
          latest.current.toast(failureText(error, session.translate(), 'editor.detailsFailed'), { tone: 'failed' })
        },
      }),
    [session, store, workflowId],
  )
  useEffect(() => stored.start(), [stored])
  return useMemo(
    () =>
      workflow === null
        ? null
        : { name: workflow.name, description: workflow.description, update: stored.update, accept: stored.accept },
    [workflow, stored],
  )
}
