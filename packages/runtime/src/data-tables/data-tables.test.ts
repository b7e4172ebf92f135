import type { Json, JsonObject } from '@tenon/core/document'
import type { DataColumn, DataCondition, DataWrite } from '@tenon/core/node'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { postgresRunReader } from '../store/run-reader.ts'
import { COLUMNS, openDataTable } from '../testing/data-table-kit.ts'
import { openTestDatabase, type TestDatabase } from '../testing/databases.ts'
import { createDataTables } from './data-tables.ts'
import { nodeTablesOf } from './node-tables.ts'
import { selectRows } from './row-query.ts'
import type { DataTableLimits } from './table-limits.ts'

let opened: TestDatabase
beforeAll(async () => {
  opened = await openTestDatabase('PGlite')
})
afterAll(() => opened.close())

const openTable = (limits: DataTableLimits = {}, keyColumn: string | null = 'email') =>
  openDataTable(opened.database, limits, keyColumn)

const ALL = { where: [], match: 'all' } as const

describe('rows', () => {
  test('count as many bytes as the database returns for their numbers', async () => {
    const { insert, counts, tenantId } = await openTable({}, null)
    const tags = [1e308, -1.5e-10, 5e-324, 1.25e21, -1e21, 12.5, 'x1e308']
    await insert({ email: 'a', tags })
    const stored = await opened.database.withTenant(tenantId, (tx) =>
      tx
        .selectFrom('data_rows')
        // Without the spaces that the type jsonb puts between values.
        .select(sql<number>`octet_length(replace(data::text, ' ', ''))`.as('bytes'))
        .where('tenant_id', '=', tenantId)
        .executeTakeFirstOrThrow(),
    )
    expect(await counts()).toEqual({ rowCount: 1, bytes: stored.bytes })
    const many = Array.from({ length: 300 }, () => 1e308)
    await expect(insert({ email: 'b', tags: many })).rejects.toMatchObject({ code: 'DATA_LIMIT_EXCEEDED' })
    expect(await postgresRunReader(opened.database).readUsage(tenantId)).toMatchObject({ dataBytes: stored.bytes })
  })

  test('that are deleted while a page is read do not look like the end', async () => {
    const { insert, tenantId, tableId } = await openTable()
    await insert({ email: 'a' }, { email: 'b' }, { email: 'c' })
    await opened.database.withTenant(tenantId, async (tx) => {
      let queries = 0
      const racing = tx.withPlugin({
        transformQuery: ({ node }) => node,
        // The statement that reads the rows finds none of those that the one before it has found.
        transformResult: async ({ result }) => {
          queries += 1
          return queries === 2 ? { ...result, rows: [] } : result
        },
      })
      const page = await selectRows(
        racing as typeof tx,
        { tenantId, tableId },
        { columns: COLUMNS, keyColumn: 'email' },
        { ...ALL, limit: 2 },
      )
      expect([page.rows.map(({ keyText }) => keyText), page.hasMore, queries]).toEqual([['a', 'b'], true, 4])
    })
  })

  test('are stored by the types of their columns, and counted', async () => {
    const { insert, tables, tableId, counts } = await openTable()
    const { rows, inserted } = await insert(
      { email: 'a@x', total: '12.50e0', paid: 'true', due: '2026-11-30T10:00:00+01:00', tags: ['vip', { a: 1 }] },
      { email: 'b@x' },
    )
    expect(inserted).toBe(2)
    expect(rows).toMatchObject([
      { id: 1, email: 'a@x', total: 12.5, paid: true, due: '2026-11-30T09:00:00.000Z', tags: ['vip', { a: 1 }] },
      { id: 2, email: 'b@x', total: null, paid: null, due: null, tags: null },
    ])
    expect((await tables.query({ table: tableId, ...ALL, limit: 10 })).rows).toEqual(rows)
    expect(await counts()).toEqual({ rowCount: 2, bytes: 111 })
  })

  test.each([
    [{ email: 'a', total: 'x' }, '"total" must be a number'],
    [{ email: 'a', total: '12345678901234567890' }, '"total" must be a number'],
    [{ email: 'a', total: '9007199254740993.0' }, '"total" must be a number'],
    [{ email: 'a', total: '9007199254740993e0' }, '"total" must be a number'],
    [{ email: 'a', total: '0.12345678901234567890' }, '"total" must be a number'],
    [{ email: 'a', total: '1e999' }, '"total" must be a number'],
    [{ email: 'a', paid: 'yes' }, '"paid" must be true or false'],
    [{ email: 'a', due: '2026-02-30' }, '"due" must be a date'],
    [{ email: 'a', due: '2026-02-03T25:00:00Z' }, '"due" must be a date'],
    [{ email: 'a', due: '0000-01-01T00:00:00+23:00' }, '"due" must be a date'],
    [{ email: 'a', due: 5 }, '"due" must be a date'],
    [{ email: 'a\0' }, '"email" must be a text'],
    [{ email: ['a'] }, '"email" must be a text'],
    [{ email: 'a', tags: ['\0'] }, 'A value contains a NUL character'],
    [{ total: 1 }, '"email" needs a value'],
    [{ email: 'a', more: 1 }, 'The table has no column "more"'],
    [{ email: 'k'.repeat(501) }, '"email" may have 500 characters'],
  ])('are refused for %j', async (row, message) => {
    const { insert, counts } = await openTable()
    await expect(insert({ email: 'fine' }, row)).rejects.toMatchObject({
      code: 'DATA_ROW_INVALID',
      message: expect.stringContaining(message),
    })
    expect((await counts()).rowCount).toBe(0)
  })

  test('are found by conditions, with texts that look like code', async () => {
    const { insert, emails, tables, tableId } = await openTable()
    await insert(
      { email: 'a', total: 2, paid: true, due: '2026-01-02', tags: ['x', { n: 1 }] },
      { email: 'b', total: 10, paid: false, due: '2026-01-01' },
      { email: "c' or true --\\u0000" },
    )
    const find = (column: string, operator: DataCondition['operator'], value?: DataCondition['value']) =>
      emails([{ column, operator, ...(value === undefined ? {} : { value }) }])
    expect(await find('total', '>', '2')).toEqual(['b'])
    expect(await find('total', '<=', 10)).toEqual(['a', 'b'])
    expect(await find('total', '!=', 2)).toEqual(['b', "c' or true --\\u0000"])
    expect(await find('total', '==', null)).toEqual(["c' or true --\\u0000"])
    expect(await find('total', '!=', null)).toEqual(['a', 'b'])
    expect(await find('total', 'exists')).toEqual(['a', 'b'])
    expect(await find('paid', '==', false)).toEqual(['b'])
    expect(await find('due', '<', '2026-01-01T12:00:00Z')).toEqual(['b'])
    expect(await find('due', '>=', '2026-01-02')).toEqual(['a'])
    expect(await find('email', 'contains', "' or")).toEqual(["c' or true --\\u0000"])
    expect(await find('tags', 'contains', { n: 1 })).toEqual(['a'])
    expect(await find('tags', '==', ['x', { n: 1 }])).toEqual(['a'])
    expect(await find('tags', '!=', '\\u0000')).toHaveLength(3)
    expect(
      await emails(
        [
          { column: 'total', operator: '>', value: 5 },
          { column: 'paid', operator: '==', value: true },
        ],
        'any',
      ),
    ).toEqual(['a', 'b'])
    const sorted = async (direction: 'asc' | 'desc') =>
      (await tables.query({ table: tableId, ...ALL, sort: { column: 'total', direction }, limit: 2 })).rows.map(
        ({ total }) => total,
      )
    expect([await sorted('asc'), await sorted('desc')]).toEqual([
      [2, 10],
      [10, 2],
    ])
  })

  test.each([
    [{ column: 'none', operator: '==', value: 1 }, 'The table has no column "none"'],
    [{ column: 'total', operator: '==', value: 'x' }, '"total" is compared with a number'],
    [{ column: 'total', operator: 'contains', value: 1 }, '"contains" is for texts and JSON'],
    [{ column: 'paid', operator: '>', value: true }, 'Values of "paid" have no order'],
    [{ column: 'total', operator: '<' }, '"<" needs a value'],
    [{ column: 'tags', operator: 'contains', value: '\0' }, 'The value contains a NUL character'],
  ] as const)('are not found by %j', async (condition, message) => {
    const { emails } = await openTable()
    await expect(emails([condition])).rejects.toMatchObject({
      code: 'DATA_QUERY_INVALID',
      message: expect.stringContaining(message),
    })
  })

  test('are listed in pages of every order, each once', async () => {
    const { dataTables, tenantId, tableId, insert } = await openTable({}, null)
    await insert(...[3, null, 1, 1, null, 2].map((total, index) => ({ email: String(index), total })))
    const list = async (sort?: { column: string; direction: 'asc' | 'desc' }) => {
      const seen: unknown[] = []
      let after: { id: number; value: number | null } | null = null
      for (;;) {
        const page = await dataTables.rows(tenantId, tableId, { ...ALL, sort, limit: 2, after })
        seen.push(...page.rows.map(({ values }) => values.email))
        const last = page.rows.at(-1)
        if (!page.hasMore || last === undefined) return seen.join('')
        after = { id: last.id, value: sort === undefined ? null : ((last.values.total as number | undefined) ?? null) }
      }
    }
    expect(await list()).toBe('012345')
    expect(await list({ column: 'total', direction: 'asc' })).toBe('235014')
    expect(await list({ column: 'total', direction: 'desc' })).toBe('052314')
    await expect(list({ column: 'tags', direction: 'asc' })).rejects.toMatchObject({ code: 'DATA_QUERY_INVALID' })
  })
})

describe('a change', () => {
  test('inserts or changes rows by the key of the table', async () => {
    const { write, insert, emails, tables, tableId, counts } = await openTable()
    await insert({ email: 'a', total: 1, paid: true })
    const result = await write({
      kind: 'upsert',
      rows: [
        { email: 'a', total: 2 },
        { email: 'b', total: 1 },
        { email: 'b', total: 5, paid: null },
      ],
    })
    expect(result).toMatchObject({ inserted: 1, updated: 1, deleted: 0 })
    expect((await tables.query({ table: tableId, ...ALL, limit: 10 })).rows).toMatchObject([
      { id: 1, email: 'a', total: 2, paid: true },
      { id: 2, email: 'b', total: 5, paid: null },
    ])
    await expect(insert({ email: 'c' }, { email: 'a' })).rejects.toMatchObject({ code: 'DATA_KEY_TAKEN' })
    await expect(insert({ email: 'c' }, { email: 'c' })).rejects.toMatchObject({ code: 'DATA_KEY_TAKEN' })
    await expect(write({ kind: 'upsert', rows: [{ total: 1 }] })).rejects.toMatchObject({ code: 'DATA_ROW_INVALID' })
    expect(await emails([])).toEqual(['a', 'b'])
    const keyless = await openTable({}, null)
    await expect(keyless.write({ kind: 'upsert', rows: [{ email: 'a' }] })).rejects.toThrow('no key column')
    expect((await counts()).rowCount).toBe(2)
  })

  test('updates and deletes what matches, and nothing if too much does', async () => {
    const { write, insert, emails, counts } = await openTable()
    await insert({ email: 'a', total: 1 }, { email: 'b', total: 2 }, { email: 'c', total: 3 })
    const above = (value: number) => ({ where: [{ column: 'total', operator: '>', value }], match: 'all' }) as const
    const change = { kind: 'update', filter: above(1), values: { paid: true, total: null }, maxRows: 2 } as const
    expect(await write(change)).toMatchObject({
      updated: 2,
      rows: [{ email: 'b', total: null, paid: true }, { email: 'c' }],
    })
    await expect(write({ kind: 'delete', filter: ALL, maxRows: 2 })).rejects.toMatchObject({
      code: 'DATA_LIMIT_EXCEEDED',
    })
    await expect(write({ ...change, filter: ALL, values: { email: null }, maxRows: 9 })).rejects.toMatchObject({
      code: 'DATA_ROW_INVALID',
    })
    await expect(write({ ...change, filter: ALL, values: { email: 'z' }, maxRows: 9 })).rejects.toMatchObject({
      code: 'DATA_KEY_TAKEN',
    })
    const gone = await write({
      kind: 'delete',
      filter: { where: [{ column: 'paid', operator: '==', value: true }], match: 'all' },
      maxRows: 9,
    })
    expect(gone).toMatchObject({ deleted: 2, rows: [{ email: 'b' }, { email: 'c' }] })
    expect(await write({ kind: 'delete', filter: above(9), maxRows: 9 })).toMatchObject({ deleted: 0 })
    expect(await emails([])).toEqual(['a'])
    expect(await counts()).toEqual({ rowCount: 1, bytes: 23 })
    // Ids of deleted rows are not used again.
    expect((await insert({ email: 'd' })).rows).toMatchObject([{ id: 4 }])
  })

  test('is made once for each key, also by two attempts at once', async () => {
    const { write, keyValues, counts } = await openTable()
    const change = { kind: 'insert', rows: [{ email: 'a' }] } as const
    const results = await Promise.all([write(change, 'same'), write(change, 'same')])
    expect(results.map(({ isRepeated }) => isRepeated).sort()).toEqual([false, true])
    expect(results[0]?.rows).toEqual(results[1]?.rows)
    expect((await counts()).rowCount).toBe(1)
    await expect(write({ kind: 'insert', rows: [{ email: 'b' }] }, 'same')).rejects.toMatchObject({
      code: 'DATA_COMPLETION_REUSED',
    })
    const add = { kind: 'increment', key: 'n', amount: 2 } as const
    expect(await keyValues.change(add, 'k')).toEqual({ value: 2, previous: null, isRepeated: false })
    expect(await keyValues.change(add, 'k')).toEqual({ value: 2, previous: null, isRepeated: true })
    await expect(keyValues.change(add, '')).rejects.toMatchObject({ code: 'DATA_QUERY_INVALID' })
  })

  test('is not made after the end of the attempt or of the run', async () => {
    const { write, insert, attempt, setStatus, counts } = await openTable()
    await setStatus('canceled')
    await expect(insert({ email: 'a' })).rejects.toMatchObject({ code: 'NODE_CANCELED' })
    await setStatus('running')
    attempt.abort(new Error('time is over'))
    await expect(write({ kind: 'insert', rows: [{ email: 'a' }] })).rejects.toThrow('time is over')
    expect((await counts()).rowCount).toBe(0)
  })

  test('keeps the limits of the tenant', async () => {
    const { insert, dataTables, tenantId, tableId, write, keyValues, lines } = await openTable({
      ...{ rowsPerTable: 2, bytesPerTable: 60, valueBytes: 40, tables: 1, keys: 1 },
    })
    const exceeded = { code: 'DATA_LIMIT_EXCEEDED' }
    await insert({ email: 'a' }, { email: 'b' })
    await expect(insert({ email: 'c' })).rejects.toMatchObject(exceeded)
    await expect(write({ kind: 'upsert', rows: [{ email: 'a', tags: 'x'.repeat(40) }] })).rejects.toMatchObject(
      exceeded,
    )
    await write({ kind: 'upsert', rows: [{ email: 'a', total: 1 }] })
    await expect(
      write({ kind: 'update', filter: ALL, values: { tags: 'abcdefghij' }, maxRows: 2 }),
    ).rejects.toMatchObject(exceeded)
    await expect(
      dataTables.create(tenantId, { name: 'More', columns: COLUMNS, keyColumn: null, createdBy: null }),
    ).rejects.toMatchObject(exceeded)
    await expect(write({ kind: 'delete', filter: ALL, maxRows: 1_001 })).rejects.toMatchObject(exceeded)
    await keyValues.change({ kind: 'set', key: 'a', value: 1 }, 'x1')
    await expect(keyValues.change({ kind: 'set', key: 'b', value: 1 }, 'x2')).rejects.toMatchObject(exceeded)
    await expect(keyValues.change({ kind: 'set', key: 'a', value: 'x'.repeat(40) }, 'x3')).rejects.toMatchObject(
      exceeded,
    )
    await expect(dataTables.query(tenantId, { table: tableId, ...ALL, limit: 1_001 })).rejects.toMatchObject({
      code: 'DATA_QUERY_INVALID',
    })
    expect(lines).toEqual([])
    const faulty = createDataTables({
      database: opened.database,
      log: (_, message) => void lines.push(message),
      limitsOf: () => ({ tables: -1, keys: 3 }),
    })
    expect(faulty.limitsOf(tenantId)).toMatchObject({ tables: 100, keys: 3 })
    expect(lines).toEqual(['data_table_limits.invalid: the default applies'])
  })
})

describe('a table', () => {
  test('changes its name and columns, of the version that was loaded', async () => {
    const { dataTables, tenantId, tableId, table, insert, counts } = await openTable()
    await insert({ email: 'a', total: 1 })
    const change = (given: Parameters<typeof dataTables.change>[2]) => dataTables.change(tenantId, tableId, given)
    await expect(change({ version: 2, name: 'Sales' })).rejects.toMatchObject({ code: 'DATA_TABLE_CHANGED' })
    const [email] = COLUMNS
    const columns = [
      { name: 'phone', type: 'text', isRequired: false },
      ...(email === undefined ? [] : [email]),
    ] as const
    expect(await change({ version: 1, name: 'Sales', columns })).toMatchObject({ name: 'Sales', version: 2, columns })
    expect(await counts()).toEqual({ rowCount: 1, bytes: 14 })
    const refused = async (next: readonly DataColumn[]) =>
      change({ version: 2, columns: next }).catch((error) => error.code)
    expect(await refused([{ name: 'phone', type: 'text', isRequired: true }, ...columns.slice(1)])).toBe(
      'DATA_ROW_INVALID',
    )
    expect(await refused([{ name: 'email', type: 'json', isRequired: true }])).toBe('DATA_QUERY_INVALID')
    expect(await refused([{ name: 'phone', type: 'number', isRequired: false }, ...columns.slice(1)])).toBe(
      'DATA_QUERY_INVALID',
    )
    expect(await refused(columns.slice(0, 1))).toBe('DATA_QUERY_INVALID')
    const other = { ...table, name: 'Orders', createdBy: null }
    await dataTables.create(tenantId, other)
    await expect(dataTables.create(tenantId, other)).rejects.toMatchObject({ code: 'DATA_TABLE_EXISTS' })
    await expect(change({ version: 2, name: 'Orders' })).rejects.toMatchObject({ code: 'DATA_TABLE_EXISTS' })
    expect((await dataTables.list(tenantId, { limit: 1, after: null })).map(({ name }) => name)).toEqual([
      'Orders',
      'Sales',
    ])
    await dataTables.delete(tenantId, tableId)
    await expect(dataTables.delete(tenantId, tableId)).rejects.toMatchObject({ code: 'DATA_TABLE_NOT_FOUND' })
    await expect(insert({ email: 'a' })).rejects.toMatchObject({ code: 'DATA_TABLE_NOT_FOUND' })
  })

  test('is changed by people row by row, of the version that they saw', async () => {
    const { dataTables, tenantId, tableId, counts } = await openTable()
    const { id: rowId } = await dataTables.addRow(tenantId, tableId, { email: 'a', total: 1 })
    const change = (values: JsonObject, version: number | null) =>
      dataTables.changeRow(tenantId, tableId, { rowId, values, version })
    expect(await change({ total: null, paid: true }, 1)).toMatchObject({
      version: 2,
      values: { email: 'a', paid: true },
    })
    await expect(change({ total: 3 }, 1)).rejects.toMatchObject({ code: 'DATA_ROW_CHANGED' })
    await expect(dataTables.addRow(tenantId, tableId, { email: 'a' })).rejects.toMatchObject({ code: 'DATA_KEY_TAKEN' })
    await dataTables.deleteRow(tenantId, tableId, rowId)
    await expect(change({ total: 3 }, null)).rejects.toMatchObject({ code: 'DATA_ROW_NOT_FOUND' })
    expect(await counts()).toEqual({ rowCount: 0, bytes: 0 })
  })

  test('may have columns with the names of what each object has', async () => {
    const { dataTables, tenantId, tableId, insert, tables } = await openTable({}, null)
    await insert({ email: 'a' })
    const names = ['constructor', 'valueOf'].map((name) => ({ name, type: 'text', isRequired: false }) as const)
    await dataTables.change(tenantId, tableId, { version: 1, columns: [...COLUMNS, ...names] })
    await insert({ email: 'b', valueOf: 'x' })
    expect((await tables.query({ table: tableId, ...ALL, limit: 2 })).rows).toMatchObject([
      { email: 'a', constructor: null, valueOf: null },
      { email: 'b', constructor: null, valueOf: 'x' },
    ])
    expect((await dataTables.changeRow(tenantId, tableId, { rowId: 1, values: {}, version: 1 })).values).toEqual({
      email: 'a',
    })
    const keyed = await openDataTable(opened.database, {}, 'valueOf', names)
    await expect(keyed.write({ kind: 'upsert', rows: [{ constructor: 'a' }] })).rejects.toMatchObject({
      code: 'DATA_ROW_INVALID',
    })
  })

  test('is unknown to other tenants', async () => {
    const { dataTables, tableId } = await openTable()
    expect(await dataTables.find('t-other', tableId)).toBeNull()
    await expect(dataTables.query('t-other', { table: tableId, ...ALL, limit: 1 })).rejects.toMatchObject({
      code: 'DATA_TABLE_NOT_FOUND',
    })
  })
})

test('secrets of a node are hidden in what it stores, and not in its conditions', async () => {
  const { dataTables, tenantId, runId, tableId, insert } = await openTable()
  await insert({ email: 'sk-1' })
  const redact = (value: Json) => JSON.parse(JSON.stringify(value).replaceAll('sk-1', '***')) as Json
  const signal = new AbortController().signal
  const { tables, keyValues } = nodeTablesOf(dataTables, { tenantId, runId }, () => signal, redact)
  const filter = { where: [{ column: 'email', operator: '==', value: 'sk-1' }], match: 'all' } as const
  const write = (completionKey: string, change: DataWrite['change']) =>
    tables.write({ table: tableId, change, completionKey })
  const { rows } = await write('a', { kind: 'update', filter, values: { tags: ['is sk-1'] }, maxRows: 1 })
  expect(rows).toMatchObject([{ email: 'sk-1', tags: ['is ***'] }])
  expect((await write('b', { kind: 'insert', rows: [{ email: 'x sk-1' }] })).rows).toMatchObject([{ email: 'x ***' }])
  await keyValues.change({ kind: 'set', key: 'k sk-1', value: 'sk-1' }, 'c')
  expect(await keyValues.get('k ***')).toEqual({ isFound: true, value: '***' })
})

test('values under keys are set, added up, listed and deleted', async () => {
  const { dataTables, tenantId, keyValues } = await openTable()
  expect(await keyValues.get('a')).toEqual({ isFound: false, value: null })
  const sums = Array.from({ length: 5 }, (_, index) =>
    keyValues.change({ kind: 'increment', key: 'n', amount: 1 }, `i${index}`),
  )
  expect((await Promise.all(sums)).map(({ value }) => Number(value)).sort()).toEqual([1, 2, 3, 4, 5])
  await dataTables.changeKey(tenantId, { kind: 'set', key: 'a', value: { b: ['\0'] } })
  expect(await keyValues.get('a')).toEqual({ isFound: true, value: { b: ['\0'] } })
  const list = (prefix: string, after: string | null) => dataTables.listKeys(tenantId, { prefix, after, limit: 1 })
  expect((await list('', null)).map(({ key }) => key)).toEqual(['a', 'n'])
  expect((await list('', 'a')).map(({ key }) => key)).toEqual(['n'])
  expect(await list('%', null)).toEqual([])
  const refused = (change: Parameters<typeof keyValues.change>[0]) => expect(keyValues.change(change, 'r')).rejects
  await refused({ kind: 'increment', key: 'a', amount: 1 }).toMatchObject({ code: 'DATA_QUERY_INVALID' })
  await refused({ kind: 'increment', key: 'n', amount: Number.MAX_SAFE_INTEGER }).toMatchObject({
    code: 'DATA_QUERY_INVALID',
  })
  await refused({ kind: 'set', key: '', value: 1 }).toMatchObject({ code: 'DATA_QUERY_INVALID' })
  await expect(keyValues.get('k'.repeat(201))).rejects.toMatchObject({ code: 'DATA_QUERY_INVALID' })
  expect(await keyValues.change({ kind: 'delete', key: 'n' }, 'd')).toEqual({
    value: null,
    previous: 5,
    isRepeated: false,
  })
  expect(await keyValues.get('n')).toEqual({ isFound: false, value: null })
})
