import type { ReactNode } from 'react'
import { enTriggers } from '../messages/en/triggers.ts'
import { AddedTexts } from './added-texts.tsx'

/** Adds the texts about triggers, which are loaded with their parts, to the instance around. */
export function TriggerTexts({ children }: { readonly children: ReactNode }): ReactNode {
  return <AddedTexts texts={enTriggers}>{children}</AddedTexts>
}
