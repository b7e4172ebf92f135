import type { ReactNode } from 'react'
import { enExtract } from '../messages/en/extract.ts'
import { AddedTexts } from './added-texts.tsx'

/** Adds the texts about the extraction of a sub-workflow, which are loaded with its dialog, to the instance around. */
export function ExtractTexts({ children }: { readonly children: ReactNode }): ReactNode {
  return <AddedTexts texts={enExtract}>{children}</AddedTexts>
}
