import type { Workflow } from '@tenon/core/client'
import { createContext, useContext } from 'react'

/** Data of a workflow that a server stores beside its document. */
export interface WorkflowDetails {
  readonly name: string
  readonly description: string
}

export interface WorkflowDetailsStore extends WorkflowDetails {
  /** Shows the change at once and stores it; a change that the server refuses is reverted with the reason. */
  readonly update: (changes: Partial<WorkflowDetails>) => void
  /** Applies the details of the server. */
  readonly accept: (stored: Workflow) => void
}

/** Details of the workflow on its server; `null` without a server, where the document contains them. */
export const WorkflowDetailsContext = createContext<WorkflowDetailsStore | null>(null)

export function useWorkflowDetails(): WorkflowDetailsStore | null {
  return useContext(WorkflowDetailsContext)
}
