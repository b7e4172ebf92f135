import type { ReactNode } from 'react'
import { enRerun } from '../messages/en/rerun.ts'
import { AddedTexts } from './added-texts.tsx'

/** Adds the texts to run ended runs again, which are loaded with their parts, to the instance around. */
export function RerunTexts({ children }: { readonly children: ReactNode }): ReactNode {
  return <AddedTexts texts={enRerun}>{children}</AddedTexts>
}
