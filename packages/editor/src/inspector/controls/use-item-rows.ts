import { type Json, jsonEqual } from '@tenon/core/document'
import { useRef } from 'react'

interface ListState {
  readonly items: readonly Json[]
  readonly ids: readonly number[]
}

interface ItemRows {
  /** Identities of the items, in their order. */
  readonly ids: readonly number[]
  /** Removes the identity of an item. Call it before the item is removed: among equal items, the list shows no difference. */
  readonly remove: (index: number) => void
}

/** Returns an identity for each item of a list, which the item keeps while others are added and removed. */
export function useItemRows(items: readonly Json[]): ItemRows {
  const known = useRef<ListState>({ items: [], ids: [] })
  const nextId = useRef(0)
  const createId = () => {
    nextId.current += 1
    return nextId.current
  }
  known.current = { items, ids: matchItems(known.current, items, createId) }
  return {
    ids: known.current.ids,
    remove: (index) => {
      const { items, ids } = known.current
      known.current = { items: items.toSpliced(index, 1), ids: ids.toSpliced(index, 1) }
    },
  }
}

/** Returns the identities of `items` after one range of a list was replaced. */
export function matchItems(before: ListState, items: readonly Json[], createId: () => number): readonly number[] {
  const shorter = Math.min(before.items.length, items.length)
  let start = 0
  while (start < shorter && jsonEqual(before.items[start], items[start])) start += 1
  let end = 0
  while (end < shorter - start && jsonEqual(before.items.at(-1 - end), items.at(-1 - end))) end += 1
  // Items in the changed range take over the identities of that range in order; the rest gets new ones.
  const replaced = before.ids.slice(start, before.ids.length - end)
  return items.map((_item, index) => {
    if (index < start) return before.ids[index] as number
    if (index >= items.length - end) return before.ids.at(index - items.length) as number
    return replaced[index - start] ?? createId()
  })
}
