import { createContext, useContext } from 'react'
import type { ChangeKind } from '../versions/compare-documents.ts'

/** Differences of the nodes and edges of a canvas from another document, by their ids; `null` without a comparison. */
export const ChangeMarksContext = createContext<ReadonlyMap<string, ChangeKind> | null>(null)

/** Returns how one node or edge differs; `undefined` if it does not. */
export function useChangeMark(id: string): ChangeKind | undefined {
  return useContext(ChangeMarksContext)?.get(id)
}
