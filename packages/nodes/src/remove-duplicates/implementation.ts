import { implementInlineNode } from '@tenon/core/node'
import { asItems, createListFunctions } from '../shared/list-functions.ts'
import { removeDuplicates } from './definition.ts'

export const removeDuplicatesNode = implementInlineNode(removeDuplicates, ({ items, by, keep }) => {
  const { call, valuesAt } = createListFunctions()
  const list = keep === 'first' ? asItems(items) : asItems(items).toReversed()
  const columns = by.map(({ field }) => valuesAt(list, field))
  const pairs = list.map((item, index) => ({ item, key: columns.map((values) => values[index] ?? null) }))
  const kept = (call('unique(pairs, "key")', { pairs }) as typeof pairs).map(({ item }) => item)
  return { port: 'success', output: { items: keep === 'first' ? kept : kept.reverse(), count: kept.length } }
})
