import type { ReactNode } from 'react'
import { enDocuments } from '../messages/en/documents.ts'
import { AddedTexts } from './added-texts.tsx'

/** Adds the texts about documents, which are loaded with their parts, to the instance around. */
export function DocumentTexts({ children }: { readonly children: ReactNode }): ReactNode {
  return <AddedTexts texts={enDocuments}>{children}</AddedTexts>
}
