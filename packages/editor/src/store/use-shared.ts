import { useRef } from 'react'
import { shareStructure } from './share-structure.ts'

/** Returns the last reference while the value is equal, for effects that must not run for a copy. */
export function useShared<Value>(value: Value): Value {
  const last = useRef(value)
  last.current = shareStructure(last.current, value)
  return last.current
}
