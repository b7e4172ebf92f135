import { TenonError } from '@tenon/core/errors'
import { createContext, useContext } from 'react'
import type { Actions } from './action-names.ts'

export const ActionsContext = createContext<Actions | null>(null)

/** Returns the actions of this editor for buttons and keys. */
export function useActions(): Actions {
  const actions = useContext(ActionsContext)
  if (actions === null) throw new TenonError('INTERNAL', 'This part must be rendered inside <WorkflowEditor>')
  return actions
}
