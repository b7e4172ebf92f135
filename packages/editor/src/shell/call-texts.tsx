import type { ReactNode } from 'react'
import { enCalls } from '../messages/en/calls.ts'
import { AddedTexts } from './added-texts.tsx'

/** Adds the texts about the calls of a node, which are loaded with their parts, to the instance around. */
export function CallTexts({ children }: { readonly children: ReactNode }): ReactNode {
  return <AddedTexts texts={enCalls}>{children}</AddedTexts>
}
