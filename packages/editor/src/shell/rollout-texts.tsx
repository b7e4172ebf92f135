import type { ReactNode } from 'react'
import { enRollouts } from '../messages/en/rollouts.ts'
import { AddedTexts } from './added-texts.tsx'

/** Adds the texts of rollouts, which are loaded with their parts, to the instance around. */
export function RolloutTexts({ children }: { readonly children: ReactNode }): ReactNode {
  return <AddedTexts texts={enRollouts}>{children}</AddedTexts>
}
