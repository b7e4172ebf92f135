import type { ReactNode } from 'react'
import { enPolicy } from '../messages/en/policy.ts'
import { AddedTexts } from './added-texts.tsx'

/** Adds the texts about policies, which are loaded with the fields of the inspector, to the instance around. */
export function PolicyTexts({ children }: { readonly children: ReactNode }): ReactNode {
  return <AddedTexts texts={enPolicy}>{children}</AddedTexts>
}
