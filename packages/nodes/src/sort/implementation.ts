import type { Json } from '@tenon/core/document'
import { implementInlineNode } from '@tenon/core/node'
import { asItems, createListFunctions, type ListFunctions } from '../shared/list-functions.ts'
import { sort } from './definition.ts'

type Direction = 'ascending' | 'descending'

export const sortNode = implementInlineNode(sort, ({ items, by }) => {
  // Sorting keeps the order of equal items, so the field that decides first is sorted last.
  const functions = createListFunctions()
  const sorted = by
    .toReversed()
    .reduce((list, { field, direction }) => sortBy(functions, list, field, direction), asItems(items))
  return { port: 'success', output: { items: sorted, count: sorted.length } }
})

function sortBy(
  { call, valuesAt }: ListFunctions,
  items: readonly Json[],
  field: string,
  direction: Direction,
): readonly Json[] {
  const values = valuesAt(items, field)
  const pairs = items.map((item, index) => ({ item, value: values[index] as Json }))
  const [valued, rest] = [pairs.filter(({ value }) => value !== null), pairs.filter(({ value }) => value === null)]
  const sorted = call('sort(pairs, "value", direction)', { pairs: valued, direction })
  return [...(sorted as typeof pairs), ...rest].map(({ item }) => item)
}
