import type { ReactNode } from 'react'
import { enTools } from '../messages/en/tools.ts'
import { AddedTexts } from './added-texts.tsx'

/** Adds the texts about a workflow as a tool, which are loaded with their parts, to the instance around. */
export function ToolTexts({ children }: { readonly children: ReactNode }): ReactNode {
  return <AddedTexts texts={enTools}>{children}</AddedTexts>
}
