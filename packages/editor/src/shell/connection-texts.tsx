import type { ReactNode } from 'react'
import { enConnections } from '../messages/en/connections.ts'
import { AddedTexts } from './added-texts.tsx'

/** Adds the texts about connections, which are loaded with their parts, to the instance around. */
export function ConnectionTexts({ children }: { readonly children: ReactNode }): ReactNode {
  return <AddedTexts texts={enConnections}>{children}</AddedTexts>
}
