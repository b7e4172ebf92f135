import type { ReactNode } from 'react'
import { enHandlers } from '../messages/en/handlers.ts'
import { AddedTexts } from './added-texts.tsx'

/** Adds the texts about error handlers, which are loaded with their parts, to the instance around. */
export function HandlerTexts({ children }: { readonly children: ReactNode }): ReactNode {
  return <AddedTexts texts={enHandlers}>{children}</AddedTexts>
}
