import type { ReactNode } from 'react'
import { enStarter } from '../messages/en/starter.ts'
import { AddedTexts } from './added-texts.tsx'

/** Adds the texts about who has started a run, which are loaded with their parts, to the instance around. */
export function StarterTexts({ children }: { readonly children: ReactNode }): ReactNode {
  return <AddedTexts texts={enStarter}>{children}</AddedTexts>
}
