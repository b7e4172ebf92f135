import { useRef } from 'react'

/**
 * Names in the order in which this field has seen them. A shared object has no order of its own, so rows would
 * jump whenever one is renamed.
 */
export function useStableOrder(names: readonly string[]): readonly string[] {
  const seen = useRef<readonly string[]>(names)
  const kept = seen.current.filter((name) => names.includes(name))
  const added = names.filter((name) => !kept.includes(name))
  // A renamed row stays in its place: exactly one name went and one came.
  const gone = seen.current.filter((name) => !names.includes(name))
  const [from, ...moreGone] = gone
  const [to, ...moreAdded] = added
  const isRename = from !== undefined && to !== undefined && moreGone.length + moreAdded.length === 0
  const order = isRename ? seen.current.map((name) => (name === from ? to : name)) : [...kept, ...added]
  seen.current = order
  return order
}
