import { type DataRow, type DataTable, type Identity, type KeyValueEntry, ROUTES } from '@tenon/core/api'
import type { Json } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import type { ResolvedDataTableLimits, StoredDataTable, StoredKeyValue, StoredRow } from '@tenon/runtime'
import type { ServerContext } from '../context.ts'
import { readKeyCursor, readRowCursor, writeKeyCursor, writeRowCursor } from '../data-tables/row-cursor.ts'
import { tableCsv } from '../data-tables/table-csv.ts'
import { decodeCursor, pageOf } from '../http/cursor.ts'
import { toInstant } from '../http/instant.ts'
import { implementRoute, type RouteImplementation } from '../http/route-handler.ts'
import { actorOf } from '../runs/start-run.ts'
import { type AuditAction, auditHook } from '../tables/audit-repository.ts'

const PAGE_SIZE = 50

export const dataTableHandlers: readonly RouteImplementation[] = [
  implementRoute(ROUTES.listDataTables, async ({ server, identity: { tenantId }, query }) => {
    const limit = query.limit ?? PAGE_SIZE
    const tables = await server.dataTables.list(tenantId, { limit, after: decodeCursor(query.cursor) })
    const limits = server.dataTables.limitsOf(tenantId)
    const cursorOf = ({ createdAt, tableId }: (typeof tables)[number]) => ({ at: createdAt, id: tableId })
    return { status: 200, json: pageOf(tables, limit, (table) => presentTable(table, limits), cursorOf) }
  }),

  implementRoute(ROUTES.createDataTable, async ({ server, identity, body }) => {
    const { tenantId } = identity
    const { name, columns, keyColumn = null } = body
    const given = { name: name.trim(), columns, keyColumn, createdBy: actorOf(identity) }
    const table = await server.dataTables.create(tenantId, given, ({ tableId }) =>
      audit(server, identity, 'data_table.create', tableId, { name: given.name }),
    )
    const headers = { location: `${server.apiUrl}/data-tables/${table.tableId}` }
    return { status: 201, json: presentTable(table, server.dataTables.limitsOf(tenantId)), headers }
  }),

  implementRoute(ROUTES.getDataTable, async ({ server, identity: { tenantId }, resource }) => ({
    status: 200,
    json: presentTable(resource, server.dataTables.limitsOf(tenantId)),
  })),

  implementRoute(ROUTES.updateDataTable, async ({ server, identity, resource: { tableId, columns }, body }) => {
    const { tenantId } = identity
    const { version, name } = body
    const after = body.columns?.map((column) => column.name) ?? []
    const deleted = body.columns === undefined ? [] : columns.filter((column) => !after.includes(column.name))
    const details = {
      ...(name === undefined ? {} : { name: name.trim() }),
      ...(deleted.length === 0 ? {} : { deletedColumns: deleted.map((column) => column.name).join(', ') }),
    }
    const change = {
      version,
      ...(name === undefined ? {} : { name: name.trim() }),
      ...(body.columns === undefined ? {} : { columns: body.columns }),
    }
    const hook = audit(server, identity, 'data_table.update', tableId, details)
    const table = await server.dataTables.change(tenantId, tableId, change, hook)
    return { status: 200, json: presentTable(table, server.dataTables.limitsOf(tenantId)) }
  }),

  implementRoute(ROUTES.deleteDataTable, async ({ server, identity, resource: { tableId, name } }) => {
    const hook = audit(server, identity, 'data_table.delete', tableId, { name })
    await server.dataTables.delete(identity.tenantId, tableId, hook)
    return { status: 204 }
  }),

  implementRoute(ROUTES.listDataRows, async ({ server, identity: { tenantId }, resource: { tableId }, body }) => {
    const { where = [], sort: column, direction = 'asc', cursor, limit = PAGE_SIZE } = body
    const sort = column === undefined ? undefined : { column, direction }
    const selection = { where, match: 'all', limit, after: readRowCursor(cursor), ...(sort && { sort }) } as const
    const { rows, hasMore } = await server.dataTables.rows(tenantId, tableId, selection)
    const last = rows.at(-1)
    const nextCursor = hasMore && last !== undefined ? writeRowCursor(positionOf(last, column)) : null
    return { status: 200, json: { items: rows.map(presentRow), nextCursor } }
  }),

  implementRoute(ROUTES.createDataRow, async ({ server, identity, resource: { tableId }, body }) => {
    const hook = audit(server, identity, 'data_row.create', tableId)
    const row = await server.dataTables.addRow(identity.tenantId, tableId, body.values, hook)
    const headers = { location: `${server.apiUrl}/data-tables/${tableId}/rows/${row.id}` }
    return { status: 201, json: presentRow(row), headers }
  }),

  implementRoute(ROUTES.updateDataRow, async ({ server, identity, resource: { tableId }, params, body }) => {
    const rowId = rowIdOf(params.rowId)
    const columns = Object.keys(body.values).join(', ')
    const hook = audit(server, identity, 'data_row.update', tableId, { rowId, columns })
    const change = { rowId, values: body.values, version: body.version ?? null }
    return {
      status: 200,
      json: presentRow(await server.dataTables.changeRow(identity.tenantId, tableId, change, hook)),
    }
  }),

  implementRoute(ROUTES.deleteDataRow, async ({ server, identity, resource: { tableId }, params }) => {
    const rowId = rowIdOf(params.rowId)
    const hook = audit(server, identity, 'data_row.delete', tableId, { rowId })
    await server.dataTables.deleteRow(identity.tenantId, tableId, rowId, hook)
    return { status: 204 }
  }),

  implementRoute(ROUTES.exportDataTable, async ({ server, identity: { tenantId }, resource, method }) => {
    const headers = {
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': `attachment; filename="table.csv"; filename*=UTF-8''${encodeURIComponent(`${resource.name}.csv`)}`,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    }
    return new Response(method === 'HEAD' ? null : tableCsv(server.dataTables, tenantId, resource), { headers })
  }),

  implementRoute(ROUTES.listKeyValues, async ({ server, identity: { tenantId }, query }) => {
    const limit = query.limit ?? PAGE_SIZE
    const page = { prefix: query.prefix ?? '', after: readKeyCursor(query.cursor), limit }
    const found = await server.dataTables.listKeys(tenantId, page)
    const items = found.slice(0, limit)
    const last = items.at(-1)
    const nextCursor = found.length > limit && last !== undefined ? writeKeyCursor(last.key) : null
    return { status: 200, json: { items: items.map(presentKeyValue), nextCursor } }
  }),

  implementRoute(ROUTES.setKeyValue, async ({ server, identity, body: { key, value } }) => {
    const hook = audit(server, identity, 'key_value.set', key)
    const stored = await server.dataTables.changeKey(identity.tenantId, { kind: 'set', key, value }, hook)
    return { status: 200, json: presentKeyValue(stored) }
  }),

  implementRoute(ROUTES.deleteKeyValue, async ({ server, identity, query: { key } }) => {
    const hook = audit(server, identity, 'key_value.delete', key)
    await server.dataTables.changeKey(identity.tenantId, { kind: 'delete', key }, hook)
    return { status: 204 }
  }),
]

function audit(
  server: ServerContext,
  identity: Identity,
  action: AuditAction,
  resource: string,
  details: Readonly<Record<string, string | number>> = {},
) {
  return auditHook({ identity, action, resource, at: server.now(), details })
}

function positionOf(
  { id, values }: StoredRow,
  column: string | undefined,
): { readonly id: number; readonly value: Json } {
  return { id, value: column !== undefined && Object.hasOwn(values, column) ? (values[column] ?? null) : null }
}

/** @throws {@link TenonError} `DATA_ROW_NOT_FOUND` for a text that is no id. */
function rowIdOf(text: string): number {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text)
  throw new TenonError('DATA_ROW_NOT_FOUND', 'The row does not exist any more')
}

/** Describes a data table for the API. */
function presentTable(table: StoredDataTable, { rowsPerTable }: ResolvedDataTableLimits): DataTable {
  const { tableId: id, createdAt, ...rest } = table
  return { ...rest, id, createdAt: toInstant(createdAt), rowLimit: rowsPerTable }
}

/** Describes a row for the API. */
function presentRow({ id, values, version, createdAt, updatedAt }: StoredRow): DataRow {
  return { id, values, version, createdAt: toInstant(createdAt), updatedAt: toInstant(updatedAt) }
}

/** Describes the value under a key for the API. */
function presentKeyValue({ key, value, updatedAt }: StoredKeyValue): KeyValueEntry {
  return { key, value, updatedAt: toInstant(updatedAt) }
}
