import type { ReactNode } from 'react'
import { enSubWorkflows } from '../messages/en/sub-workflows.ts'
import { AddedTexts } from './added-texts.tsx'

/** Adds the texts about nodes that run a workflow, which are loaded with their parts, to the instance around. */
export function SubWorkflowTexts({ children }: { readonly children: ReactNode }): ReactNode {
  return <AddedTexts texts={enSubWorkflows}>{children}</AddedTexts>
}
