import type { ReactNode } from 'react'
import { enWaits } from '../messages/en/waits.ts'
import { AddedTexts } from './added-texts.tsx'

/** Adds the texts about waits, which are loaded with their parts, to the instance around. */
export function WaitTexts({ children }: { readonly children: ReactNode }): ReactNode {
  return <AddedTexts texts={enWaits}>{children}</AddedTexts>
}
