import type { NodeId } from '@tenon/core/document'
import { createContext, useContext } from 'react'

/** A field that can take a reference. */
export interface InsertField {
  readonly nodeId: NodeId
  /** Tells the fields of a node apart. */
  readonly key: string
}

/** The field into which a picked reference goes: the one of the node that had the focus last. */
export interface InsertTarget {
  readonly claim: (field: InsertField) => void
  /** Keeps a reference until the field is there again; `false` when the node has had no field in focus yet. */
  readonly insertLater: (nodeId: NodeId, reference: string) => boolean
  /** What waits for this field; asked once it is there. */
  readonly collect: (field: InsertField) => string | null
}

export function createInsertTarget(): InsertTarget {
  let last: InsertField | null = null
  let waiting: string | null = null
  return {
    claim: (field) => {
      last = field
    },
    insertLater: (nodeId, reference) => {
      if (last?.nodeId !== nodeId) return false
      waiting = reference
      return true
    },
    collect: ({ nodeId, key }) => {
      if (waiting === null || last?.nodeId !== nodeId || last.key !== key) return null
      const reference = waiting
      waiting = null
      return reference
    },
  }
}

const NOWHERE: InsertTarget = Object.freeze({ claim: () => {}, insertLater: () => false, collect: () => null })

export const InsertTargetContext = createContext<InsertTarget>(NOWHERE)

export function useInsertTarget(): InsertTarget {
  return useContext(InsertTargetContext)
}
