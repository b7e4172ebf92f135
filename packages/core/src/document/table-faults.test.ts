import { describe, expect, test } from 'vitest'
import type { JsonObject, JsonSchema } from '../json.ts'
import { type TableShape, tableFaultsOf, tableIdOf } from './table-faults.ts'

const SCHEMA: JsonSchema = {
  type: 'object',
  properties: {
    table: { type: 'object', control: 'data-table', title: 'Data table' },
    operation: { type: 'string', title: 'Operation' },
    values: { type: 'object', control: 'data-values', title: 'Values' },
    rows: { type: 'array' },
    where: {
      type: 'array',
      items: { type: 'object', properties: { column: { type: 'string', control: 'data-column', title: 'Column' } } },
    },
    sortBy: { type: 'string', control: 'data-column' },
  },
}
const TABLE: TableShape = {
  columns: [
    { name: 'email', isRequired: false },
    { name: 'total', isRequired: true },
  ],
  keyColumn: 'email',
}

const faults = (params: JsonObject, table: TableShape | null = TABLE) =>
  tableFaultsOf(SCHEMA, params, table).map(({ path, fault }) => [path.join('.'), fault])

describe('tableIdOf', () => {
  test('returns the table of the param that has one', () => {
    expect(tableIdOf(SCHEMA, { table: { id: 't1' } })).toBe('t1')
    for (const table of [{ id: '' }, { id: 1 }, 't1', null]) expect(tableIdOf(SCHEMA, { table })).toBeNull()
    expect(tableIdOf({}, { table: { id: 't1' } })).toBeNull()
  })
})

describe('tableFaultsOf', () => {
  test('names the param of a table that does not exist', () => {
    expect(tableFaultsOf(SCHEMA, {}, null)).toEqual([
      { path: ['table'], param: 'Data table', fault: 'choose a data table that exists' },
    ])
    expect(tableFaultsOf({}, {}, null)).toEqual([])
  })

  test('finds columns that the table lacks, in fields and in lists', () => {
    const params = { sortBy: 'age', where: [{ column: 'email' }, { column: '' }, { column: 'name' }, null], rows: [1] }
    expect(tableFaultsOf(SCHEMA, params, TABLE)).toEqual([
      { path: ['where', 2, 'column'], param: 'Column', fault: 'the table has no column "name"' },
      { path: ['sortBy'], param: 'sortBy', fault: 'the table has no column "age"' },
    ])
    expect(faults({ sortBy: 'email', where: '{{input.where}}' })).toEqual([])
  })

  test('finds values of unknown columns, and rows without the values that they need', () => {
    const total = 'enter a value for the column "total", which every row needs'
    const email = 'enter a value for the column "email", which every row needs'
    expect(faults({ operation: 'insert', values: { name: 'x', total: null } })).toEqual([
      ['values.name', 'the table has no column "name"'],
      ['values', total],
    ])
    expect(faults({ operation: 'upsert', values: {} })).toEqual([
      ['values', email],
      ['values', total],
    ])
    expect(faults({ operation: 'upsert', values: { email: 'a', total: 1 } })).toEqual([])
    expect(faults({ operation: 'upsert', values: {} }, { ...TABLE, keyColumn: null })).toEqual([
      ['operation', 'the table has no key column, by which rows could be found'],
    ])
    // The rows of a list, and those that are changed, have values already.
    expect(faults({ operation: 'insert', values: {}, rows: '{{input.rows}}' })).toEqual([])
    expect(faults({ operation: 'update', values: { total: 1 } })).toEqual([])
    expect(faults({ operation: 'insert', values: '{{input.row}}' })).toEqual([])
  })
})
