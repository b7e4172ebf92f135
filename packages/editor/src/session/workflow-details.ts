import { createContext, useContext } from 'react'

/** What a server keeps of a workflow beside its document. */
export interface WorkflowDetails {
  readonly name: string
  readonly description: string
}

export interface WorkflowDetailsStore extends WorkflowDetails {
  /** Shows the change at once; what the server refuses is taken back and told. */
  readonly update: (changes: Partial<WorkflowDetails>) => void
}

/** `null` where no server keeps the workflow: its document then describes itself. */
export const WorkflowDetailsContext = createContext<WorkflowDetailsStore | null>(null)

export function useWorkflowDetails(): WorkflowDetailsStore | null {
  return useContext(WorkflowDetailsContext)
}
