import type { ReactNode } from 'react'
import { enFiles } from '../messages/en/files.ts'
import { AddedTexts } from './added-texts.tsx'

/** Adds the texts about files, which are loaded with their parts, to the instance around. */
export function FileTexts({ children }: { readonly children: ReactNode }): ReactNode {
  return <AddedTexts texts={enFiles}>{children}</AddedTexts>
}
