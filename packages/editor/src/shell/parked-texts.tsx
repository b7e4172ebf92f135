import type { ReactNode } from 'react'
import { enParked } from '../messages/en/parked.ts'
import { AddedTexts } from './added-texts.tsx'

/** Adds the texts to resolve parked node runs, which are loaded with their parts, to the instance around. */
export function ParkedTexts({ children }: { readonly children: ReactNode }): ReactNode {
  return <AddedTexts texts={enParked}>{children}</AddedTexts>
}
