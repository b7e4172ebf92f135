import { canonicalText, type Json, type JsonObject } from '@tenon/core/document'
import { implementInlineNode } from '@tenon/core/node'
import { asItems, createListFunctions, type ListFunctions } from '../shared/list-functions.ts'
import { aggregate, type OPERATIONS } from './definition.ts'

interface Group {
  /** Fields by which it was grouped. */
  readonly key: JsonObject
  /** Positions of its items in the list. */
  readonly at: number[]
}

/** Cost of a result, as characters of the output. */
const CALL = 100

export const aggregateNode = implementInlineNode(aggregate, ({ items, groupBy, values }) => {
  const list = asItems(items)
  const functions = createListFunctions()
  const { valuesAt } = functions
  const columns = values.map(({ field }) => valuesAt(list, field))
  const groups = groupsOf(functions, list, groupBy).map(({ key, at }): JsonObject => {
    const results = values.map(({ name, operation }, column): [string, Json] => [
      name,
      resultOf(
        functions,
        operation,
        at.map((index) => columns[column]?.[index] ?? null),
      ),
    ])
    return { ...key, ...Object.fromEntries(results) }
  })
  return { port: 'success', output: { groups } }
})

function groupsOf(
  { valuesAt }: ListFunctions,
  list: readonly Json[],
  groupBy: readonly { readonly name: string; readonly field: string }[],
): readonly Group[] {
  // An empty list has totals, too.
  if (groupBy.length === 0) return [{ key: {}, at: list.map((_item, index) => index) }]
  const columns = groupBy.map(({ name, field }) => ({ name, values: valuesAt(list, field) }))
  const groups = new Map<string, Group>()
  for (const index of list.keys()) {
    const key = Object.fromEntries(columns.map(({ name, values }) => [name, values[index] ?? null]))
    const text = canonicalText(key)
    const group = groups.get(text) ?? { key, at: [] }
    group.at.push(index)
    groups.set(text, group)
  }
  return [...groups.values()]
}

function resultOf({ call, spend }: ListFunctions, operation: (typeof OPERATIONS)[number], all: readonly Json[]): Json {
  // A call costs far more than its steps, so that many small groups count, too.
  spend(CALL)
  const values = all.filter((value) => value !== null)
  switch (operation) {
    case 'count':
      return all.length
    case 'list':
      return values
    case 'first':
      return values[0] ?? null
    case 'last':
      return values.at(-1) ?? null
    case 'sum':
      return call('sum(values)', { values })
    default:
      return values.length === 0 ? null : call(`${operation}(values)`, { values })
  }
}
