import { expect, test } from 'vitest'
import { rowsOutput } from './rows-output.ts'

const rowOf = (table: unknown) =>
  (rowsOutput(table) as { properties: { rows: { items: unknown } } }).properties.rows.items

test('rows have the columns of the table, which may be without a value', () => {
  const columns = [
    { name: 'email', type: 'text' },
    { name: 'total', type: 'number' },
    { name: 'tags', type: 'json' },
    { name: 'later', type: 'of a later version' },
    { type: 'text' },
    null,
  ]
  expect(rowOf({ id: 't', columns })).toEqual({
    type: 'object',
    properties: {
      ...{ id: { type: 'integer' }, createdAt: { type: 'string' }, updatedAt: { type: 'string' } },
      email: { type: ['string', 'null'] },
      total: { type: ['number', 'null'] },
      ...{ tags: {}, later: {} },
    },
    required: ['id', 'createdAt', 'updatedAt', 'email', 'total', 'tags', 'later'],
    additionalProperties: false,
  })
})

test.each([undefined, null, 'tbl', {}, { columns: 1 }, { columns: [] }])('%j gives rows of any columns', (table) => {
  expect(rowOf(table)).toEqual({ type: 'object' })
})
