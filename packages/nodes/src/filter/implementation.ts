import type { Json } from '@tenon/core/document'
import { implementInlineNode } from '@tenon/core/node'
import { compare } from '../shared/compare.ts'
import { asItems, createListFunctions } from '../shared/list-functions.ts'
import type { Operator } from '../shared/operators.ts'
import { filter } from './definition.ts'

export const filterNode = implementInlineNode(filter, ({ items, match, conditions }) => {
  const list = asItems(items)
  const { valuesAt } = createListFunctions()
  const rules = conditions.map(({ field, operator, value }) => {
    const values = valuesAt(list, field)
    return (index: number) => holds(values[index] as Json, operator, value)
  })
  const kept = list.filter((_item, index) =>
    match === 'all' ? rules.every((rule) => rule(index)) : rules.some((rule) => rule(index)),
  )
  return { port: 'success', output: { items: kept, count: kept.length } }
})

// A missing value has no order, which is no reason to fail the whole list.
function holds(left: Json, operator: Operator, right: unknown): boolean {
  if (left === null && operator !== '==' && operator !== '!=') return false
  return compare(left, operator, right).condition
}
