import type { Workflow } from '@tenon/core/client'
import { createContext, useContext } from 'react'

/** What a server keeps of a workflow beside its document. */
export interface WorkflowDetails {
  readonly name: string
  readonly description: string
}

export interface WorkflowDetailsStore extends WorkflowDetails {
  /** Shows the change at once and stores it; a change that the server refuses is taken back with its reason. */
  readonly update: (changes: Partial<WorkflowDetails>) => void
  /** Takes over what the server holds now. */
  readonly accept: (stored: Workflow) => void
}

/** `null` where no server keeps the workflow: its document then describes itself. */
export const WorkflowDetailsContext = createContext<WorkflowDetailsStore | null>(null)

export function useWorkflowDetails(): WorkflowDetailsStore | null {
  return useContext(WorkflowDetailsContext)
}
