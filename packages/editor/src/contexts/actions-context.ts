import { TenonError } from '@tenon/core/errors'
import { createContext, useContext } from 'react'
import type { Actions } from './action-names.ts'

export const ActionsContext = createContext<Actions | null>(null)

/** What buttons and keys of this editor do. */
export function useActions(): Actions {
  const actions = useContext(ActionsContext)
  if (actions === null) throw new TenonError('INTERNAL', 'This part must be rendered inside <WorkflowEditor>')
  return actions
}
