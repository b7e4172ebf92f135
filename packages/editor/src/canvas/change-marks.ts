import { createContext, useContext } from 'react'
import type { ChangeKind } from '../versions/compare-documents.ts'

/** How the nodes and edges of a canvas differ from another document, by their ids; `null` compares with nothing. */
export const ChangeMarksContext = createContext<ReadonlyMap<string, ChangeKind> | null>(null)

/** Returns how one node or edge differs; `undefined` if it does not. */
export function useChangeMark(id: string): ChangeKind | undefined {
  return useContext(ChangeMarksContext)?.get(id)
}
