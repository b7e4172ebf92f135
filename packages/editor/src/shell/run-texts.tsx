import type { ReactNode } from 'react'
import { enRuns } from '../messages/en/runs.ts'
import { AddedTexts } from './added-texts.tsx'

/** Adds the texts of the run views, which are loaded with them, to the instance around its children. */
export function RunTexts({ children }: { readonly children: ReactNode }): ReactNode {
  return <AddedTexts texts={enRuns}>{children}</AddedTexts>
}
