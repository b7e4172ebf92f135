import type { Json, JsonObject } from '@tenon/core/document'
import type { AnyNodeImplementation } from '@tenon/core/node'
import { isWellFormed } from '@tenon/core/text'
import { describe, expect, test } from 'vitest'
import { evaluateNode } from '../test/run-node.ts'
import { aggregateNode } from './aggregate/implementation.ts'
import { batchNode } from './batch/implementation.ts'
import { failNode } from './fail/implementation.ts'
import { filterNode } from './filter/implementation.ts'
import { mergeNode } from './merge/implementation.ts'
import { removeDuplicatesNode } from './remove-duplicates/implementation.ts'
import { sortNode } from './sort/implementation.ts'

const ORDERS = [
  { id: 1, total: 30, customer: { name: 'Ann', city: 'Graz' } },
  { id: 2, total: 5, customer: { name: 'Bo' } },
  { id: 3, total: 12, customer: { name: 'Ann', city: 'Wien' } },
  { id: 4, customer: null },
]

function outputOf(node: AnyNodeImplementation, params: JsonObject): JsonObject {
  const result = evaluateNode(node, params)
  if ('suspend' in result) throw new RangeError('It waits')
  expect(result.port).toBe('success')
  return result.output as JsonObject
}
const idsOf = ({ items }: JsonObject) => (items as readonly { readonly id: Json }[]).map(({ id }) => id)
function failureIn(work: () => unknown): Error {
  try {
    work()
  } catch (error) {
    return error as Error
  }
  throw new RangeError('It did not fail')
}
const failing = (code: string) => expect.objectContaining({ code })

describe('filter', () => {
  const idsBy = (conditions: readonly JsonObject[], match = 'all') =>
    idsOf(outputOf(filterNode, { items: ORDERS, match, conditions: [...conditions] }))
  const large = { field: 'total', operator: '>', value: '10' }
  const ofAnn = { field: 'customer.name', operator: '==', value: 'Ann' }

  test('keeps the items for which all conditions hold, or any of them', () => {
    expect(idsBy([large, ofAnn])).toEqual([1, 3])
    expect(idsBy([large, { field: 'id', operator: '==', value: 2 }], 'any')).toEqual([1, 2, 3])
    expect(outputOf(filterNode, { items: ORDERS, conditions: [large] })).toMatchObject({ count: 2 })
  })

  test('takes a missing value as none, at any depth', () => {
    expect(idsBy([{ field: 'total', operator: 'exists' }])).toEqual([1, 2, 3])
    expect(idsBy([{ field: 'customer.city', operator: '!=', value: 'Graz' }])).toEqual([2, 3, 4])
    expect(idsBy([{ field: 'customer.city', operator: 'contains', value: 'G' }])).toEqual([1])
  })

  test('compares the item itself without a field', () => {
    const conditions = [{ field: '', operator: '>=', value: 2 }]
    expect(outputOf(filterNode, { items: [1, 2, 3], conditions })).toEqual({ items: [2, 3], count: 2 })
    expect(outputOf(filterNode, { items: [], conditions })).toEqual({ items: [], count: 0 })
  })

  test('reads a key with a point in it by a path in brackets', () => {
    const conditions = [{ field: '["a.b"]', operator: '==', value: 1 }]
    expect(outputOf(filterNode, { items: [{ 'a.b': 1 }, { 'a.b': 2 }], conditions })).toMatchObject({ count: 1 })
  })

  test.each([
    ['["a.b"]', [{ 'a.b': 1 }, {}]],
    ['a[0]', [{ a: [1] }, {}, { a: [] }]],
    ['a.b?.c', [{ a: { b: { c: 1 } } }, {}, { a: null }]],
    ['lines.0["x y"]', [{ lines: [{ 'x y': 1 }] }, { lines: [] }]],
  ])('takes a missing value as none at the path %s', (field, items) => {
    const conditions = [{ field, operator: '==', value: 1 }]
    expect(outputOf(filterNode, { items, conditions })).toEqual({ items: [items[0]], count: 1 })
  })

  test('refuses a field that is no path', () => {
    for (const field of ['a b', 'a[b]', '(1)']) {
      const conditions = [{ field, operator: 'exists' }]
      expect(() => evaluateNode(filterNode, { items: [{}], conditions }), field).toThrow(failing('EXPRESSION_SYNTAX'))
    }
  })

  test('refuses values without an order, and what is no list', () => {
    const conditions = [{ field: 'total', operator: '>', value: 'many' }]
    expect(() => evaluateNode(filterNode, { items: ORDERS, conditions })).toThrow(failing('COMPARISON_TYPES_DIFFER'))
    expect(() => evaluateNode(filterNode, { items: 'a', conditions })).toThrow(failing('NODE_PARAMS_INVALID'))
    expect(() => evaluateNode(filterNode, { items: [], conditions: [] })).toThrow(failing('NODE_PARAMS_INVALID'))
  })
})

describe('sort', () => {
  const idsBy = (...by: readonly JsonObject[]) => idsOf(outputOf(sortNode, { items: ORDERS, by: [...by] }))

  test('sorts by several fields, items without a value last', () => {
    expect(idsBy({ field: 'total' })).toEqual([2, 3, 1, 4])
    expect(idsBy({ field: 'total', direction: 'descending' })).toEqual([1, 3, 2, 4])
    expect(idsBy({ field: 'customer.name' }, { field: 'total' })).toEqual([3, 1, 2, 4])
    expect(idsBy({ field: 'customer.name' }, { field: 'total', direction: 'descending' })).toEqual([1, 3, 2, 4])
  })

  test('sorts plain values, 100,000 of them too', () => {
    expect(outputOf(sortNode, { items: ['b', 'a'] })).toEqual({ items: ['a', 'b'], count: 2 })
    const items = Array.from({ length: 100_000 }, (_none, index) => (index * 7_919) % 100_000)
    const { items: sorted } = outputOf(sortNode, { items })
    expect(sorted).toEqual(Array.from({ length: 100_000 }, (_none, index) => index))
  })

  test('refuses values of different types', () => {
    expect(() => evaluateNode(sortNode, { items: [1, 'b'] })).toThrow(failing('COMPARISON_TYPES_DIFFER'))
  })
})

describe('remove-duplicates', () => {
  const idsBy = (keep: string, ...fields: readonly string[]) =>
    idsOf(outputOf(removeDuplicatesNode, { items: ORDERS, keep, by: fields.map((field) => ({ field })) }))

  test('keeps the first or the last of the items that are equal in all fields', () => {
    expect(idsBy('first', 'customer.name')).toEqual([1, 2, 4])
    expect(idsBy('last', 'customer.name')).toEqual([2, 3, 4])
    expect(idsBy('first', 'customer.name', 'customer.city')).toEqual([1, 2, 3, 4])
  })

  test('compares whole items, keys in any order, types exactly', () => {
    const items = [{ a: 1, b: 2 }, { b: 2, a: 1 }, 1, '1', 1]
    expect(outputOf(removeDuplicatesNode, { items })).toEqual({ items: [{ a: 1, b: 2 }, 1, '1'], count: 3 })
  })
})

describe('batch', () => {
  test('cuts a list into lists of a size', () => {
    expect(outputOf(batchNode, { items: [1, 2, 3], size: 2 })).toEqual({ batches: [[1, 2], [3]] })
    expect(outputOf(batchNode, { items: [], size: 2 })).toEqual({ batches: [] })
    expect(() => evaluateNode(batchNode, { items: [1], size: 0 })).toThrow(failing('NODE_PARAMS_INVALID'))
  })
})

describe('aggregate', () => {
  const of = (operation: string, field = '', name = operation) => ({ name, operation, field })

  test('gives totals of the whole list, without items that lack the field', () => {
    const values = [
      ...[of('count'), of('sum', 'total'), of('average', 'total'), of('min', 'total'), of('max', 'total')],
      ...[of('first', 'customer.city'), of('last', 'customer.city'), of('list', 'id')],
    ]
    const [group] = outputOf(aggregateNode, { items: ORDERS, values })['groups'] as JsonObject[]
    expect(group).toEqual({
      ...{ count: 4, sum: 47, average: 47 / 3, min: 5, max: 30, first: 'Graz', last: 'Wien' },
      list: [1, 2, 3, 4],
    })
  })

  test('gives the totals of an empty list', () => {
    const values = [of('count'), of('sum', 'total'), of('average', 'total'), of('first', 'id'), of('list', 'id')]
    expect(outputOf(aggregateNode, { items: [], values })).toEqual({
      groups: [{ count: 0, sum: 0, average: null, first: null, list: [] }],
    })
    expect(outputOf(aggregateNode, { items: [], values, groupBy: [{ name: 'id', field: 'id' }] })).toMatchObject({
      groups: [],
    })
  })

  test('groups by fields, in the order of the list', () => {
    const groupBy = [
      { name: 'who', field: 'customer.name' },
      { name: 'where', field: 'customer.city' },
    ]
    expect(outputOf(aggregateNode, { items: [...ORDERS, ORDERS[0] as Json], groupBy, values: [of('count')] })).toEqual({
      groups: [
        { who: 'Ann', where: 'Graz', count: 2 },
        { who: 'Bo', where: null, count: 1 },
        { who: 'Ann', where: 'Wien', count: 1 },
        { who: null, where: null, count: 1 },
      ],
    })
  })

  test('refuses more results than a worker may compute at once', () => {
    const items = Array.from({ length: 20_000 }, (_none, id) => ({ id }))
    const groupBy = [{ name: 'id', field: 'id' }]
    const values = Array.from({ length: 20 }, (_none, index) => of('sum', 'id', `s${index}`))
    expect(() => evaluateNode(aggregateNode, { items, groupBy, values })).toThrow(failing('EXPRESSION_LIMIT'))
    expect(outputOf(aggregateNode, { items, groupBy, values: values.slice(0, 1) })['groups']).toHaveLength(20_000)
  })

  test('refuses a sum of texts, and names that are none', () => {
    const values = [of('sum', 'customer.name')]
    expect(() => evaluateNode(aggregateNode, { items: ORDERS, values })).toThrow(failing('EXPRESSION_TYPE'))
    for (const name of ['__proto__', 'a b', '']) {
      const named = { items: ORDERS, values: [of('count', '', name)] }
      expect(() => evaluateNode(aggregateNode, named)).toThrow(failing('NODE_PARAMS_INVALID'))
    }
  })
})

describe('merge', () => {
  const customers = [{ id: 'Ann', age: 40 }, { id: 'Ann', age: 20 }, { age: 1 }]

  test('appends the second list', () => {
    expect(outputOf(mergeNode, { first: [1], second: ['a', 1] })).toEqual({ merged: [1, 'a', 1] })
  })

  test('gives each item of the first list its matches in the second', () => {
    const params = { mode: 'match', first: ORDERS.slice(0, 2), second: customers, secondField: 'id' }
    const matching = { ...params, firstField: 'customer.name', as: 'people' }
    expect(outputOf(mergeNode, matching)).toEqual({
      merged: [
        { item: ORDERS[0], people: [customers[0], customers[1]] },
        { item: ORDERS[1], people: [] },
      ],
    })
    expect(outputOf(mergeNode, { ...matching, unmatched: 'drop' })).toMatchObject({ merged: [{ item: ORDERS[0] }] })
  })

  test('refuses matches that are too large together, before they are written', () => {
    const items = Array.from({ length: 3_000 }, () => ({ k: 1 }))
    const params = { mode: 'match', first: items, second: items, firstField: 'k', secondField: 'k' }
    expect(() => evaluateNode(mergeNode, params)).toThrow(failing('EXPRESSION_LIMIT'))
  })

  test('a missing value matches nothing', () => {
    const params = { mode: 'match', first: [{}], second: [{}], firstField: 'id', secondField: 'id' }
    expect(outputOf(mergeNode, params)).toEqual({ merged: [{ item: {}, matches: [] }] })
  })

  test('refuses the name that the item has', () => {
    const params = { mode: 'match', first: [{}], second: [{}], as: 'item' }
    expect(() => evaluateNode(mergeNode, params)).toThrow(failing('NODE_PARAMS_INVALID'))
  })
})

describe('fail', () => {
  test('fails with the message and the reason of the author', () => {
    expect(() => evaluateNode(failNode, { message: 'No lines', reason: 'ORDER_EMPTY' })).toThrow(
      expect.objectContaining({ code: 'FAILED_ON_PURPOSE', message: 'No lines', details: { reason: 'ORDER_EMPTY' } }),
    )
    expect(() => evaluateNode(failNode, { message: 'No lines' })).toThrow(failing('FAILED_ON_PURPOSE'))
  })

  test('fails so, too, with what a template gives: no text, a long text, another form of the reason', () => {
    for (const message of ['', ' ', 'x'.repeat(5_000)]) {
      expect(() => evaluateNode(failNode, { message, reason: 'no lines' })).toThrow(
        expect.objectContaining({ code: 'FAILED_ON_PURPOSE', details: { reason: 'no lines' } }),
      )
    }
    const error = failureIn(() => evaluateNode(failNode, { message: '😀'.repeat(2_000) }))
    expect(error.message.length).toBeLessThanOrEqual(2_000)
    expect(isWellFormed(error.message)).toBe(true)
  })
})
