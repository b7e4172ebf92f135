import type { ReactNode } from 'react'
import { enAgents } from '../messages/en/agents.ts'
import { AddedTexts } from './added-texts.tsx'

/** Adds the texts about agents, which are loaded with their parts, to the instance around. */
export function AgentTexts({ children }: { readonly children: ReactNode }): ReactNode {
  return <AddedTexts texts={enAgents}>{children}</AddedTexts>
}
