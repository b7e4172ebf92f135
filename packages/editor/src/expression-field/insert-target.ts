import type { NodeId } from '@tenon/core/document'
import { createContext, useContext } from 'react'

/** A field into which a reference can be inserted. */
export interface InsertField {
  readonly nodeId: NodeId
  /** Identifies a field of a node. */
  readonly key: string
}

/** Target of a picked reference: the field of the node that had the focus last. */
export interface InsertTarget {
  readonly claim: (field: InsertField) => void
  /** Keeps a reference until the field is mounted again; `false` if no field of the node has had the focus. */
  readonly insertLater: (nodeId: NodeId, reference: string) => boolean
  /** Returns the reference that waits for this field, when it mounts; `null` if none. */
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
