import type { RunId, WorkflowId } from '@tenon/core/document'
import { useMemo, useRef } from 'react'
import { callHost } from '../instance/call-host.ts'
import type { TenantWorkflows } from './workflows-context.ts'

interface TenantOfWorkflow extends Pick<TenantWorkflows, 'client'> {
  /** Workflow that is edited, or that the run executes. */
  readonly workflowId: WorkflowId
  readonly onOpenWorkflow?: ((workflowId: WorkflowId) => void) | undefined
  readonly onOpenRun?: ((runId: RunId) => void) | undefined
}

/** Returns the workflows of the tenant of a draft or a run, the same object for the same client and workflow. */
export function useTenantWorkflows({
  client,
  workflowId,
  onOpenWorkflow,
  onOpenRun,
}: TenantOfWorkflow): TenantWorkflows {
  const latest = useRef({ onOpenWorkflow, onOpenRun })
  latest.current = { onOpenWorkflow, onOpenRun }
  const canOpen = onOpenWorkflow !== undefined
  const canOpenRun = onOpenRun !== undefined
  return useMemo(
    () => ({
      client,
      ownId: workflowId,
      directory: { current: null },
      onOpen: canOpen ? (id: WorkflowId) => callHost(latest.current.onOpenWorkflow, id) : null,
      onOpenRun: canOpenRun ? (id: RunId) => callHost(latest.current.onOpenRun, id) : null,
    }),
    [client, workflowId, canOpen, canOpenRun],
  )
}
