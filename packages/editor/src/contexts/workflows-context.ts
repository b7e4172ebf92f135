import type { TenonClient } from '@tenon/core/client'
import type { RunId, WorkflowId } from '@tenon/core/document'
import { createContext } from 'react'
import type { WorkflowDirectory } from '../sub-workflows/workflow-directory.ts'

/** Workflows of the tenant, for nodes that run one. */
export interface TenantWorkflows {
  readonly client: TenonClient
  /** Workflow that is edited, or that the run executes; it cannot run itself. */
  readonly ownId: WorkflowId
  /** Workflows that were read; `null` until a node needs one, since its code is loaded then. */
  readonly directory: { current: WorkflowDirectory | null }
  /** Opens a workflow on a page of the host; `null` if the host has none. */
  readonly onOpen: ((workflowId: WorkflowId) => void) | null
  /** Opens a run on a page of the host; `null` if the host has none, and in the views of a run. */
  readonly onOpenRun: ((runId: RunId) => void) | null
}

/** Workflows of the tenant; `null` in a controlled editor. */
export const WorkflowsContext = createContext<TenantWorkflows | null>(null)
