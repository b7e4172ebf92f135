import { canonicalText, type Json } from '@tenon/core/document'
import { implementInlineNode } from '@tenon/core/node'
import { asItems, createListFunctions } from '../shared/list-functions.ts'
import { merge } from './definition.ts'

export const mergeNode = implementInlineNode(merge, ({ first, second, mode, ...rest }) => {
  const [left, right] = [asItems(first), asItems(second)]
  const merged = mode === 'append' ? [...left, ...right] : withMatches(left, right, rest)
  return { port: 'success', output: { merged } }
})

interface MatchParams {
  readonly firstField: string
  readonly secondField: string
  readonly unmatched: 'keep' | 'drop'
  readonly as: string
}

/** Items of the second list with the same value. */
interface Group {
  readonly items: Json[]
  /** Characters of the items. */
  size: number
}

const NO_MATCHES: Group = Object.freeze({ items: [], size: 0 })

/** Puts the matches of each item beside it. A missing value matches nothing; values of different types differ. */
function withMatches(
  left: readonly Json[],
  right: readonly Json[],
  { firstField, secondField, unmatched, as }: MatchParams,
): Json[] {
  const { valuesAt, spend } = createListFunctions()
  const sizes = right.map((item) => canonicalText(item).length)
  const byKey = new Map<string, Group>()
  for (const [index, value] of valuesAt(right, secondField).entries()) {
    const key = canonicalText(value)
    const group = byKey.get(key) ?? { items: [], size: 0 }
    group.items.push(right[index] as Json)
    group.size += sizes[index] ?? 0
    byKey.set(key, group)
  }
  return valuesAt(left, firstField).flatMap((value, index) => {
    const { items, size } = (value === null ? undefined : byKey.get(canonicalText(value))) ?? NO_MATCHES
    if (items.length === 0 && unmatched === 'drop') return []
    // Matches are shared in memory, and written once for each item.
    spend(size)
    return [{ item: left[index] as Json, [as]: items }]
  })
}
