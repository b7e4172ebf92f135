import type { ReactNode } from 'react'
import { enEngine } from '../messages/en/engine.ts'
import { AddedTexts } from './added-texts.tsx'

/** Adds the texts to change the engine of runs, which are loaded with their parts, to the instance around. */
export function EngineTexts({ children }: { readonly children: ReactNode }): ReactNode {
  return <AddedTexts texts={enEngine}>{children}</AddedTexts>
}
