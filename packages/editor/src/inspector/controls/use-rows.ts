import { useRef } from 'react'

/** A row with an identity of its own, so that renaming it keeps the focus. */
export interface Row {
  readonly id: number
  readonly name: string
}

interface Rows {
  readonly rows: readonly Row[]
  /** Keeps the identity of a row that is being renamed. */
  readonly rename: (from: string, to: string) => void
}

/**
 * Returns rows for the members of an object.
 *
 * @param order - `'seen'` keeps the order in which the names first appeared, for objects without an order of their own;
 * `'given'` uses the order of `names`. @defaultValue 'seen'
 */
export function useRows(names: readonly string[], order: 'seen' | 'given' = 'seen'): Rows {
  const known = useRef<readonly Row[]>([])
  const nextId = useRef(0)
  const before = known.current
  const gone = before.filter((row) => !names.includes(row.name))
  const added = names.filter((name) => !before.some((row) => row.name === name))
  const [from, ...moreGone] = gone
  const [to, ...moreAdded] = added
  // Exactly one name was removed and one added: another user or undo has renamed the row.
  const isRename = from !== undefined && to !== undefined && moreGone.length + moreAdded.length === 0
  const kept = isRename
    ? before.map((row) => (row === from ? { id: row.id, name: to } : row))
    : before.filter((row) => names.includes(row.name))
  const fresh = isRename
    ? []
    : added.map((name) => {
        nextId.current += 1
        return { id: nextId.current, name }
      })
  const rows = [...kept, ...fresh]
  if (order === 'given') rows.sort((a, b) => names.indexOf(a.name) - names.indexOf(b.name))
  known.current = rows
  return {
    rows,
    rename: (before, after) => {
      known.current = known.current.map((row) => (row.name === before ? { id: row.id, name: after } : row))
    },
  }
}
