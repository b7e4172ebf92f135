import type { ReactNode } from 'react'
import { enModels } from '../messages/en/models.ts'
import { AddedTexts } from './added-texts.tsx'

/** Adds the texts about the calls of models, which are loaded with their parts, to the instance around. */
export function ModelTexts({ children }: { readonly children: ReactNode }): ReactNode {
  return <AddedTexts texts={enModels}>{children}</AddedTexts>
}
