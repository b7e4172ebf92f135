import { useRef } from 'react'
import { shareStructure } from './share-structure.ts'

/** The value with its last reference while it is equal, for effects that must not run for a mere copy. */
export function useShared<Value>(value: Value): Value {
  const last = useRef(value)
  last.current = shareStructure(last.current, value)
  return last.current
}
