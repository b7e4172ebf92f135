import type { Json } from '@tenon/core/document'
import { implementInlineNode } from '@tenon/core/node'
import { asItems, callFunction, valuesAt } from '../shared/list-functions.ts'
import { sort } from './definition.ts'

type Direction = 'ascending' | 'descending'

export const sortNode = implementInlineNode(sort, ({ items, by }) => {
  // Sorting keeps the order of equal items, so the field that decides first is sorted last.
  const sorted = by.toReversed().reduce((list, { field, direction }) => sortBy(list, field, direction), asItems(items))
  return { port: 'success', output: { items: sorted, count: sorted.length } }
})

function sortBy(items: readonly Json[], field: string, direction: Direction): readonly Json[] {
  const values = valuesAt(items, field)
  const pairs = items.map((item, index) => ({ item, value: values[index] as Json }))
  const [valued, rest] = [pairs.filter(({ value }) => value !== null), pairs.filter(({ value }) => value === null)]
  const sorted = callFunction('sort(pairs, "value", direction)', { pairs: valued, direction })
  return [...(sorted as typeof pairs), ...rest].map(({ item }) => item)
}
