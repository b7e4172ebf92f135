import type { ReactNode } from 'react'
import { enData } from '../messages/en/data.ts'
import { AddedTexts } from './added-texts.tsx'

/** Adds the texts about keeping and deleting runs, which are loaded with their parts, to the instance around. */
export function DataTexts({ children }: { readonly children: ReactNode }): ReactNode {
  return <AddedTexts texts={enData}>{children}</AddedTexts>
}
