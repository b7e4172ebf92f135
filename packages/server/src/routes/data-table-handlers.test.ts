import type { DataRow, DataTable, KeyValueEntry, Page, Workflow } from '@tenon/core/api'
import type { JsonObject } from '@tenon/core/document'
import type { Problem } from '@tenon/core/errors'
import { node, workflow } from '@tenon/core/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { dataTableQueryNode } from '../../../nodes/src/data-table-query/implementation.ts'
import { dataTableWriteNode } from '../../../nodes/src/data-table-write/implementation.ts'
import { openServerPGlite } from '../testing/kit/server-pglite.ts'
import { testNodes } from '../testing/kit/test-nodes.ts'
import { openTestServer, type TestServer } from '../testing/kit/test-server.ts'
import { testIdentity } from '../testing/test-identity.ts'

let server: TestServer
let pglite: Awaited<ReturnType<typeof openServerPGlite>>
beforeAll(async () => {
  pglite = await openServerPGlite()
  server = await openTestServer({
    nodes: [...testNodes, dataTableQueryNode, dataTableWriteNode],
    database: { pglite },
    dataTableLimits: () => ({ rowsPerTable: 4 }),
  })
})
afterAll(() => server.close())

type As = ReturnType<typeof testIdentity>

const COLUMNS = [
  { name: 'email', type: 'text', isRequired: true },
  { name: 'total', type: 'number', isRequired: false },
]

const send = <Body = DataTable & DataRow & Problem>(
  as: As,
  status: number,
  method: string,
  path: string,
  body?: object,
) => server.json<Body>(status, path, { as, method, ...(body === undefined ? {} : { body }) })

const createTable = (as: As, more: object = {}) =>
  send(as, 201, 'POST', '/data-tables', { name: ' Customers ', columns: COLUMNS, keyColumn: 'email', ...more })

const audited = async (as: As) => {
  const query = 'select action, details from tenon.audit_log where tenant_id = $1 order by at'
  const { rows } = await pglite.query(query, [as.tenantId])
  return (rows as readonly { action: string; details: string }[]).map(({ action, details }) => [
    action,
    JSON.parse(details),
  ])
}

describe('a data table', () => {
  test('is created, listed, changed and deleted, and the audit log says by whom', async () => {
    const as = testIdentity()
    const table = await createTable(as)
    expect(table).toMatchObject({ name: 'Customers', keyColumn: 'email', rowCount: 0, rowLimit: 4, version: 1 })
    expect(table.createdBy).toEqual({ userId: as.userId, displayName: as.displayName })
    expect(await send(as, 409, 'POST', '/data-tables', { name: 'Customers', columns: COLUMNS })).toMatchObject({
      code: 'DATA_TABLE_EXISTS',
    })
    const second = await createTable(as, { name: 'Orders' })
    const first = await server.json<Page<DataTable>>(200, '/data-tables?limit=1', { as })
    expect(first.items).toEqual([second])
    const rest = await server.json<Page<DataTable>>(200, `/data-tables?cursor=${first.nextCursor}`, { as })
    expect(rest).toEqual({ items: [table], nextCursor: null })
    const path = `/data-tables/${table.id}`
    const changed = await send(as, 200, 'PATCH', path, { version: 1, name: 'Clients', columns: COLUMNS.slice(0, 1) })
    expect(changed).toMatchObject({ name: 'Clients', version: 2, columns: COLUMNS.slice(0, 1) })
    expect(await send(as, 409, 'PATCH', path, { version: 1, name: 'Late' })).toMatchObject({
      code: 'DATA_TABLE_CHANGED',
    })
    await send(as, 204, 'DELETE', path)
    await send(as, 404, 'GET', path)
    expect(await audited(as)).toEqual([
      ['data_table.create', { name: 'Customers' }],
      ['data_table.create', { name: 'Orders' }],
      ['data_table.update', { name: 'Clients', deletedColumns: 'total' }],
      ['data_table.delete', { name: 'Clients' }],
    ])
  })

  test.each([
    { columns: [] },
    { columns: [...COLUMNS, COLUMNS[0]] },
    { columns: [{ name: 'id', type: 'text', isRequired: false }] },
    { columns: [{ name: 'a b', type: 'text', isRequired: false }] },
    { columns: [{ name: 'a', type: 'date', isRequired: false }] },
    { name: '  ' },
    { keyColumn: 'none' },
  ])('is refused with %j', async (faulty) => {
    const body = { name: 'Faulty', columns: COLUMNS, ...faulty }
    const problem = await send(testIdentity(), 422, 'POST', '/data-tables', body)
    expect(['REQUEST_INVALID', 'DATA_QUERY_INVALID']).toContain(problem.code)
  })

  test('has rows, which are added, listed in pages, changed and deleted', async () => {
    const as = testIdentity()
    const { id } = await createTable(as)
    const path = `/data-tables/${id}/rows`
    for (const [index, email] of ['a', 'b', 'c'].entries()) {
      await send(as, 201, 'POST', path, { values: { email, total: 10 - index } })
    }
    expect(await send(as, 409, 'POST', path, { values: { email: 'a' } })).toMatchObject({ code: 'DATA_KEY_TAKEN' })
    const faulty = await send(as, 422, 'POST', path, { values: { email: 'x', total: 'ten' } })
    expect(faulty).toMatchObject({ code: 'DATA_ROW_INVALID', issues: [{ path: ['values', 'total'] }] })
    const list = (body: object) => send<Page<DataRow>>(as, 200, 'POST', `/data-tables/${id}/query`, body)
    const first = await list({ sort: 'total', limit: 2 })
    expect(first.items.map(({ values }) => values.email)).toEqual(['c', 'b'])
    const rest = await list({ sort: 'total', limit: 2, cursor: first.nextCursor })
    expect(rest).toMatchObject({ items: [{ id: 1, values: { email: 'a', total: 10 } }], nextCursor: null })
    const where = [{ column: 'total', operator: '<', value: 10 }]
    expect((await list({ where, direction: 'desc', sort: 'email' })).items.map(({ id: row }) => row)).toEqual([3, 2])
    await send(as, 422, 'POST', `/data-tables/${id}/query`, { sort: 'none' })
    await send(as, 422, 'POST', `/data-tables/${id}/query`, { cursor: 'bm90aGluZw' })
    expect(await send(as, 200, 'PATCH', `${path}/2`, { values: { total: null }, version: 1 })).toMatchObject({
      ...{ id: 2, values: { email: 'b' }, version: 2 },
    })
    expect(await send(as, 409, 'PATCH', `${path}/2`, { values: {}, version: 1 })).toMatchObject({
      code: 'DATA_ROW_CHANGED',
    })
    await send(as, 204, 'DELETE', `${path}/1`)
    expect(await send(as, 404, 'DELETE', `${path}/1`)).toMatchObject({ code: 'DATA_ROW_NOT_FOUND' })
    await send(as, 404, 'DELETE', `${path}/x`)
    expect(await send(as, 200, 'GET', `/data-tables/${id}`)).toMatchObject({ rowCount: 2 })
    await send(as, 201, 'POST', path, { values: { email: 'd' } })
    await send(as, 201, 'POST', path, { values: { email: 'e' } })
    expect(await send(as, 409, 'POST', path, { values: { email: 'f' } })).toMatchObject({ code: 'DATA_LIMIT_EXCEEDED' })
  })

  test('is exported as CSV, in which no text is a formula', async () => {
    const as = testIdentity()
    const columns = [...COLUMNS, { name: 'note', type: 'json', isRequired: false }]
    const { id } = await createTable(as, { columns, name: 'Zürich "1"' })
    const path = `/data-tables/${id}`
    await send(as, 201, 'POST', `${path}/rows`, { values: { email: '=1+1', total: -2, note: ['a', 1] } })
    await send(as, 201, 'POST', `${path}/rows`, { values: { email: 'a "b",\nc' } })
    const response = await server.call(`${path}/export`, { as })
    expect(response.headers.get('content-disposition')).toContain('Z%C3%BCrich%20%221%22.csv')
    const text = (await response.text()).replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'T')
    expect(text).toBe(
      'id,email,total,note,createdAt,updatedAt\r\n1,\'=1+1,-2,"[""a"",1]",T,T\r\n2,"a ""b"",\nc",,,T,T\r\n',
    )
  })

  test('is one of the tenant with the columns of each node, or the version is refused at the fields', async () => {
    const [as, other] = [testIdentity(), testIdentity()]
    const table = await createTable(as)
    const refused = async (type: string, params: JsonObject, by = as) => {
      const document = workflow(
        [node('start', 'start'), node('n', type, params), node('end', 'end')],
        ['start>n', 'n>end'],
      )
      const { id } = await send<Workflow>(by, 201, 'POST', '/workflows', { name: 'Tables', document })
      for (const path of [`/workflows/${id}/versions`, `/workflows/${id}/draft/runs`]) {
        const response = await server.call(path, { as: by, method: 'POST' })
        if (response.ok) return []
        const { code, issues = [] } = (await response.json()) as Problem
        expect(code).toBe('WORKFLOW_INVALID')
        if (path.endsWith('/runs')) return issues.map((issue) => [issue.path?.slice(3).join('.'), issue.code])
      }
      return null
    }
    const own = { id: table.id, name: table.name, columns: [] }
    const invalid = (...paths: readonly string[]) => paths.map((path) => [path, 'PARAM_INVALID'])
    const find = (params: JsonObject) => refused('data-table-query', { table: own, ...params })
    const change = (params: JsonObject) => refused('data-table-write', { table: own, ...params })
    expect(await find({ where: [{ column: 'email', operator: 'exists' }], sortBy: 'total' })).toEqual([])
    expect(await find({ where: [{ column: 'age', operator: 'exists' }], sortBy: 'name' })).toEqual(
      invalid('where.0.column', 'sortBy'),
    )
    expect(await change({ operation: 'insert', values: { total: 1, age: 2 } })).toEqual(invalid('values.age', 'values'))
    expect(await change({ operation: 'insert', values: { email: 'a@b.test' } })).toEqual([])
    for (const id of ['unknown', "no 'id'"]) expect(await find({ table: { ...own, id } })).toEqual(invalid('table'))
    expect(await refused('data-table-query', { table: own }, other)).toEqual(invalid('table'))
  })

  test('is read by viewers and changed by editors', async () => {
    const as = testIdentity({ role: 'editor' })
    const { id } = await createTable(as)
    const viewer = testIdentity({ tenantId: as.tenantId, role: 'viewer' })
    await send(viewer, 200, 'POST', `/data-tables/${id}/query`, {})
    await send(viewer, 403, 'POST', `/data-tables/${id}/rows`, { values: { email: 'a' } })
    await send(testIdentity(), 404, 'POST', `/data-tables/${id}/query`, {})
  })
})

test('values under keys are stored, listed and deleted, and are those of the tenant', async () => {
  const as = testIdentity()
  const key = 'orders/last ü'
  const stored = await send<KeyValueEntry>(as, 200, 'PUT', '/key-values', { key, value: [1] })
  expect(stored).toMatchObject({ key, value: [1] })
  await send(as, 200, 'PUT', '/key-values', { key: 'b', value: null })
  const list = (who: As, query: string) => server.json<Page<KeyValueEntry>>(200, `/key-values${query}`, { as: who })
  const first = await list(as, '?limit=1')
  expect(first.items.map((entry) => entry.key)).toEqual(['b'])
  expect((await list(as, `?cursor=${first.nextCursor}`)).items).toEqual([stored])
  expect((await list(as, '?prefix=orders')).items).toEqual([stored])
  expect((await list(testIdentity(), '')).items).toEqual([])
  await send(as, 422, 'GET', '/key-values?cursor=x')
  await send(as, 204, 'DELETE', `/key-values?key=${encodeURIComponent(key)}`)
  await send(as, 204, 'DELETE', `/key-values?key=${encodeURIComponent(key)}`)
  expect((await list(as, '')).items.map((entry) => entry.key)).toEqual(['b'])
})
