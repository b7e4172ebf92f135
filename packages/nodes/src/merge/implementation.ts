import { canonicalText, type Json } from '@tenon/core/document'
import { implementInlineNode } from '@tenon/core/node'
import { asItems, valuesAt } from '../shared/list-functions.ts'
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

/** Puts the matches of each item beside it. A missing value matches nothing; values of different types differ. */
function withMatches(
  left: readonly Json[],
  right: readonly Json[],
  { firstField, secondField, unmatched, as }: MatchParams,
): Json[] {
  const byKey = new Map<string, Json[]>()
  for (const [index, value] of valuesAt(right, secondField).entries()) {
    const key = canonicalText(value)
    const known = byKey.get(key)
    if (known === undefined) byKey.set(key, [right[index] as Json])
    else known.push(right[index] as Json)
  }
  return valuesAt(left, firstField).flatMap((value, index) => {
    const matches = value === null ? [] : (byKey.get(canonicalText(value)) ?? [])
    return matches.length === 0 && unmatched === 'drop' ? [] : [{ item: left[index] as Json, [as]: matches }]
  })
}
