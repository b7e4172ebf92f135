import type { Json, JsonObject } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import type { DataQuery, DataWrite, KeyValueChange } from '@tenon/core/node'
import { createNodeTestHarness } from '@tenon/core/testing'
import { describe, expect, test } from 'vitest'
import { dataTableQueryNode } from './data-table-query/implementation.ts'
import { dataTableWriteNode } from './data-table-write/implementation.ts'
import { keyValueNode } from './key-value/implementation.ts'

const TABLE = { id: 'tbl_1', name: 'Orders', columns: [{ name: 'total', type: 'number' }] }

/** Runs a node on tables that record what it asks for. */
async function runOn(
  node: typeof dataTableQueryNode | typeof dataTableWriteNode | typeof keyValueNode,
  params: JsonObject,
  { rows = [], isRepeated = false, stored }: { rows?: readonly JsonObject[]; isRepeated?: boolean; stored?: Json } = {},
) {
  const calls: (DataQuery | DataWrite | KeyValueChange | string)[] = []
  const harness = createNodeTestHarness(node, {
    tables: {
      query: async (query) => {
        calls.push(query)
        return { rows, hasMore: true }
      },
      write: async (write) => {
        calls.push(write)
        return { rows, inserted: rows.length, updated: 0, deleted: 0, isRepeated }
      },
    },
    keyValues: {
      get: async (key) => {
        calls.push(key)
        return stored === undefined ? { isFound: false, value: null } : { isFound: true, value: stored }
      },
      change: async (change, completionKey) => {
        calls.push(change, completionKey)
        return { value: 5, previous: stored ?? null, isRepeated }
      },
    },
  })
  const { output } = await harness.run(params)
  return { output, calls, logs: harness.logs.map(({ message }) => message) }
}

test('finding rows returns them, the first of them, and whether there are more', async () => {
  const where = [{ column: 'total', operator: '>', value: 1 }]
  const rows = [{ id: 1, total: 2 }]
  const { output, calls } = await runOn(
    dataTableQueryNode,
    { table: TABLE, where, sortBy: 'total', direction: 'descending', limit: 1 },
    { rows },
  )
  expect(output).toEqual({ rows, row: rows[0], count: 1, hasMore: true })
  const sort = { column: 'total', direction: 'desc' }
  expect(calls).toEqual([{ table: 'tbl_1', where, match: 'all', limit: 1, sort }])
  const empty = await runOn(dataTableQueryNode, { table: TABLE })
  expect(empty.output).toMatchObject({ rows: [], row: null, count: 0 })
  expect(empty.calls).toEqual([{ table: 'tbl_1', where: [], match: 'all', limit: 100 }])
})

describe('changing rows', () => {
  const where = [{ column: 'total', operator: 'exists' }]
  test.each<[JsonObject, object]>([
    [{ values: { total: 1 } }, { kind: 'insert', rows: [{ total: 1 }] }],
    [
      { operation: 'upsert', values: { paid: true }, rows: [{ total: 1 }, { total: 2, paid: false }] },
      {
        kind: 'upsert',
        rows: [
          { total: 1, paid: true },
          { total: 2, paid: true },
        ],
      },
    ],
    [
      { operation: 'update', values: { paid: true }, where },
      { kind: 'update', filter: { where, match: 'all' }, values: { paid: true }, maxRows: 100 },
    ],
    [
      { operation: 'delete', where, match: 'any', maxRows: 5 },
      { kind: 'delete', filter: { where, match: 'any' }, maxRows: 5 },
    ],
  ])('by %j is one change under the key of the node run', async (params, change) => {
    const { output, calls, logs } = await runOn(dataTableWriteNode, { table: TABLE, ...params }, { rows: [{ id: 1 }] })
    expect(calls).toEqual([{ table: 'tbl_1', change, completionKey: 'test-run/node_under_test' }])
    expect(output).toEqual({ rows: [{ id: 1 }], row: { id: 1 }, count: 1, inserted: 1, updated: 0, deleted: 0 })
    expect(logs).toEqual([])
  })

  test('says that an earlier attempt has made it, and needs a condition for what matches', async () => {
    const repeated = await runOn(dataTableWriteNode, { table: TABLE }, { isRepeated: true })
    expect(repeated.logs).toEqual(['An earlier attempt has made the change; its result is used'])
    await expect(runOn(dataTableWriteNode, { table: TABLE, operation: 'delete' })).rejects.toMatchObject({
      code: 'DATA_QUERY_INVALID',
    })
  })
})

test('a key is read with a fallback, and changed under the key of the node run', async () => {
  expect((await runOn(keyValueNode, { key: 'a', fallback: 1 })).output).toEqual({
    value: 1,
    previous: null,
    found: false,
  })
  expect((await runOn(keyValueNode, { key: 'a', fallback: 1 }, { stored: 0 })).output).toEqual({
    ...{ value: 0, previous: 0, found: true },
  })
  const changes: readonly [JsonObject, KeyValueChange][] = [
    [
      { operation: 'set', value: [1] },
      { kind: 'set', key: 'a', value: [1] },
    ],
    [
      { operation: 'increment', amount: 2 },
      { kind: 'increment', key: 'a', amount: 2 },
    ],
    [{ operation: 'delete' }, { kind: 'delete', key: 'a' }],
  ]
  for (const [params, change] of changes) {
    const { output, calls, logs } = await runOn(keyValueNode, { key: 'a', ...params }, { stored: 3, isRepeated: true })
    expect(calls).toEqual([change, 'test-run/node_under_test'])
    expect(output).toEqual({ value: 5, previous: 3, found: true })
    expect(logs).toHaveLength(1)
  }
})

test('without data in the test, a node says so', async () => {
  const failing = createNodeTestHarness(dataTableQueryNode).run({ table: TABLE })
  await expect(failing).rejects.toThrow(TenonError)
})
