import { useLayoutEffect, useRef } from 'react'
import { useSession } from './session-context.tsx'

interface InputRow {
  /** Identity of the row, which a rename and a move keep. */
  readonly id: string | number
  /** Key of the field of the row, or the common prefix of the keys of its fields, without the slash. */
  readonly key: string
}

/**
 * Keeps refused texts with their rows while the list is shown: renaming or moving a row changes the keys of its texts,
 * removing or hiding it drops them. Texts of a list that is no longer shown are kept.
 *
 * @param listKey - Prefix of the keys of all rows. If it has changed, the list itself has moved: the list around it has
 * changed the keys, or another node is shown.
 */
export function useRowInput(listKey: string, rows: readonly InputRow[]): void {
  const { input } = useSession()
  const before = useRef({ listKey, rows })
  // Before the effects of the fields, which look for their text by its new key.
  useLayoutEffect(() => {
    const last = before.current
    before.current = { listKey, rows }
    if (last.listKey !== listKey) return
    const keys = new Map(rows.map(({ id, key }) => [id, key]))
    const changes = last.rows.flatMap(({ id, key }) => {
      const next = keys.get(id) ?? null
      return next === key ? [] : [{ key, next }]
    })
    if (changes.length === 0) return
    input.rekey((key) => {
      const change = changes.find((each) => key === each.key || key.startsWith(`${each.key}/`))
      if (change === undefined) return key
      return change.next === null ? null : `${change.next}${key.slice(change.key.length)}`
    })
  })
}
