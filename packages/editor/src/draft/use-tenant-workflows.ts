import type { WorkflowId } from '@tenon/core/document'
import { useMemo, useRef } from 'react'
import type { TenantWorkflows } from '../contexts/workflows-context.ts'
import type { ConnectedEditorProps } from '../editor-props.ts'
import { callHost } from '../instance/call-host.ts'

/** Returns the workflows of the tenant of a draft, the same object for the same client and workflow. */
export function useTenantWorkflows({ client, workflowId, onOpenWorkflow }: ConnectedEditorProps): TenantWorkflows {
  const latest = useRef(onOpenWorkflow)
  latest.current = onOpenWorkflow
  const canOpen = onOpenWorkflow !== undefined
  return useMemo(
    () => ({
      client,
      ownId: workflowId,
      directory: { current: null },
      onOpen: canOpen ? (id: WorkflowId) => callHost(latest.current, id) : null,
    }),
    [client, workflowId, canOpen],
  )
}
