import { createContext, useContext } from 'react'

/** The field into which a picked reference goes: the one that had the focus last. */
export interface InsertTarget {
  readonly claim: (insert: (text: string) => void) => void
  readonly release: (insert: (text: string) => void) => void
  /** `false` when no field is there to take it. */
  readonly insert: (text: string) => boolean
}

export function createInsertTarget(): InsertTarget {
  let current: ((text: string) => void) | null = null
  return {
    claim: (insert) => {
      current = insert
    },
    release: (insert) => {
      if (current === insert) current = null
    },
    insert: (text) => {
      current?.(text)
      return current !== null
    },
  }
}

const NOWHERE: InsertTarget = Object.freeze({ claim: () => {}, release: () => {}, insert: () => false })

export const InsertTargetContext = createContext<InsertTarget>(NOWHERE)

export function useInsertTarget(): InsertTarget {
  return useContext(InsertTargetContext)
}
