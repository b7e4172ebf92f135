import type { DataTableId, JsonObject, TenantId } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import type {
  DataQuery,
  DataRows,
  DataWrite,
  DataWritten,
  KeyValue,
  KeyValueChange,
  KeyValueChanged,
} from '@tenon/core/node'
import type { RuntimeLog, TransactionHook } from '../engine.ts'
import type { RuntimeDatabase } from '../postgres/tables.ts'
import type { ListCursor } from '../store/cursor.ts'
import type { RunRef } from '../store/run-ref.ts'
import { createChangeQueue } from './change-queue.ts'
import { changeRows, limitError, remove, rowValue, store } from './change-rows.ts'
import { changeOnce } from './data-completions.ts'
import { changeKeyValue, checkKey, findKeyValue, type StoredKeyValue, selectKeyValues } from './key-values.ts'
import { invalidQuery, type RowSelection, rowsById, type StoredRow, selectRows } from './row-query.ts'
import { prepareRow } from './row-values.ts'
import { type DataTableLimits, dataTableLimitsOf, type ResolvedDataTableLimits } from './table-limits.ts'
import {
  changeTable,
  type DataTableChange,
  deleteTable,
  findTable,
  insertTable,
  lockTable,
  type NewDataTable,
  requireTable,
  type StoredDataTable,
  selectTables,
} from './table-rows.ts'

/** Data tables and values under keys of tenants. A `hook` writes related rows in the transaction of a change. */
export interface DataTables {
  /** Returns the limits of a tenant. */
  limitsOf(tenantId: TenantId): ResolvedDataTableLimits
  /** Creates a table. @throws {@link TenonError} `DATA_TABLE_EXISTS`, `DATA_LIMIT_EXCEEDED`, `DATA_QUERY_INVALID`. */
  create(
    tenantId: TenantId,
    table: NewDataTable,
    hook?: (table: StoredDataTable) => TransactionHook,
  ): Promise<StoredDataTable>
  /** Looks a table up; `null` if the tenant has none with this id. */
  find(tenantId: TenantId, tableId: DataTableId): Promise<StoredDataTable | null>
  /** Lists tables, last created first: `limit`, and one more if there are more. */
  list(
    tenantId: TenantId,
    page: { readonly limit: number; readonly after: ListCursor | null },
  ): Promise<readonly StoredDataTable[]>
  /**
   * Changes a table.
   *
   * @throws {@link TenonError} `DATA_TABLE_NOT_FOUND`, `DATA_TABLE_CHANGED`, `DATA_TABLE_EXISTS`, `DATA_QUERY_INVALID`,
   * `DATA_ROW_INVALID`.
   */
  change(
    tenantId: TenantId,
    tableId: DataTableId,
    change: DataTableChange,
    hook?: TransactionHook,
  ): Promise<StoredDataTable>
  /** Deletes a table with its rows. @throws {@link TenonError} `DATA_TABLE_NOT_FOUND`. */
  delete(tenantId: TenantId, tableId: DataTableId, hook?: TransactionHook): Promise<void>
  /** Lists rows. @throws {@link TenonError} `DATA_TABLE_NOT_FOUND`, `DATA_QUERY_INVALID`. */
  rows(
    tenantId: TenantId,
    tableId: DataTableId,
    selection: RowSelection,
  ): Promise<{ readonly rows: readonly StoredRow[]; readonly hasMore: boolean }>
  /**
   * Adds a row.
   *
   * @throws {@link TenonError} `DATA_TABLE_NOT_FOUND`, `DATA_ROW_INVALID`, `DATA_KEY_TAKEN`, `DATA_LIMIT_EXCEEDED`.
   */
  addRow(tenantId: TenantId, tableId: DataTableId, values: JsonObject, hook?: TransactionHook): Promise<StoredRow>
  /**
   * Changes values of a row, if it still has the version that the change is based on.
   *
   * @throws {@link TenonError} as `addRow`; `DATA_ROW_NOT_FOUND`, `DATA_ROW_CHANGED`.
   */
  changeRow(
    tenantId: TenantId,
    tableId: DataTableId,
    change: { readonly rowId: number; readonly values: JsonObject; readonly version: number | null },
    hook?: TransactionHook,
  ): Promise<StoredRow>
  /** Deletes a row. @throws {@link TenonError} `DATA_TABLE_NOT_FOUND`, `DATA_ROW_NOT_FOUND`. */
  deleteRow(tenantId: TenantId, tableId: DataTableId, rowId: number, hook?: TransactionHook): Promise<void>
  /** Reads rows for a node. @throws {@link TenonError} as `NodeTables.query`. */
  query(tenantId: TenantId, query: DataQuery): Promise<DataRows>
  /** Changes rows for a node, once for each completion key. @throws {@link TenonError} as `NodeTables.write`. */
  write(run: RunRef, write: DataWrite, abortSignal: AbortSignal): Promise<DataWritten>
  /** Reads the value under a key. @throws {@link TenonError} `DATA_QUERY_INVALID`. */
  getKey(tenantId: TenantId, key: string): Promise<KeyValue>
  /** Lists values by key: `limit`, and one more if there are more. */
  listKeys(
    tenantId: TenantId,
    page: { readonly prefix: string; readonly after: string | null; readonly limit: number },
  ): Promise<readonly StoredKeyValue[]>
  /** Changes a value, and returns it as it is stored. @throws {@link TenonError} `DATA_QUERY_INVALID`, `DATA_LIMIT_EXCEEDED`. */
  changeKey(tenantId: TenantId, change: KeyValueChange, hook?: TransactionHook): Promise<StoredKeyValue>
  /** Changes a value for a node, once for each completion key. @throws {@link TenonError} as `NodeKeyValues.change`. */
  changeKeyOnce(
    run: RunRef,
    change: KeyValueChange,
    completionKey: string,
    abortSignal: AbortSignal,
  ): Promise<KeyValueChanged>
}

/** Dependencies of {@link createDataTables}. */
export interface DataTablesDeps {
  readonly database: RuntimeDatabase
  readonly log: RuntimeLog
  /** Returns the limits of a tenant; called for each change. @defaultValue those of {@link DataTableLimits} */
  readonly limitsOf?: (tenantId: TenantId) => DataTableLimits
}

const MAX_QUERY = 1_000

/** Creates the data tables of a server or worker. */
export function createDataTables({ database, log, limitsOf: given }: DataTablesDeps): DataTables {
  const limitsOf = dataTableLimitsOf(given, log)
  const changing = createChangeQueue(database)
  return {
    limitsOf,
    create: (tenantId, table, hook) =>
      database.withTenant(tenantId, async (tx) => {
        const created = await insertTable(tx, tenantId, table, limitsOf(tenantId))
        await hook?.(created)(tx)
        return created
      }),
    find: (tenantId, tableId) => database.withTenant(tenantId, (tx) => findTable(tx, { tenantId, tableId })),
    list: (tenantId, page) => database.withTenant(tenantId, (tx) => selectTables(tx, tenantId, page)),
    change: (tenantId, tableId, change, hook) =>
      changing({ tenantId, name: tableId }, async (tx) => {
        const changed = await changeTable(tx, tenantId, tableId, change)
        await hook?.(tx)
        return changed
      }),
    delete: (tenantId, tableId, hook) =>
      changing({ tenantId, name: tableId }, async (tx) => {
        await deleteTable(tx, { tenantId, tableId })
        await hook?.(tx)
      }),
    rows: (tenantId, tableId, selection) =>
      database.withTenant(tenantId, async (tx) => {
        const key = { tenantId, tableId }
        return selectRows(tx, key, await requireTable(tx, key), selection)
      }),
    addRow: (tenantId, tableId, values, hook) =>
      changing({ tenantId, name: tableId }, async (tx) => {
        const limits = limitsOf(tenantId)
        const table = await lockTable(tx, { tenantId, tableId })
        const added = [prepareRow(table, values, { maxBytes: limits.valueBytes })]
        const { rows } = await store(tx, table, { added, changed: [] }, limits)
        await hook?.(tx)
        return only(rows)
      }),
    changeRow: (tenantId, tableId, { rowId, values, version }, hook) =>
      changing({ tenantId, name: tableId }, async (tx) => {
        const limits = limitsOf(tenantId)
        const table = await lockTable(tx, { tenantId, tableId })
        const row = only(await rowsById(tx, table, [rowId]))
        if (version !== null && row.version !== version) {
          throw new TenonError('DATA_ROW_CHANGED', 'The row has changed since it was loaded')
        }
        const to = prepareRow(table, values, { before: row.values, maxBytes: limits.valueBytes })
        const { rows } = await store(tx, table, { added: [], changed: [{ row, to }] }, limits)
        await hook?.(tx)
        return only(rows)
      }),
    deleteRow: (tenantId, tableId, rowId, hook) =>
      changing({ tenantId, name: tableId }, async (tx) => {
        const table = await lockTable(tx, { tenantId, tableId })
        await remove(tx, table, [only(await rowsById(tx, table, [rowId]))])
        await hook?.(tx)
      }),
    query: (tenantId, query) =>
      database.withTenant(tenantId, async (tx) => {
        const { limit } = query
        if (!Number.isSafeInteger(limit) || limit < 1 || limit > MAX_QUERY) {
          throw invalidQuery(`A query returns 1 to ${MAX_QUERY} rows`)
        }
        const key = { tenantId, tableId: query.table }
        const table = await requireTable(tx, key)
        const { rows, hasMore, isCut } = await selectRows(tx, key, table, query)
        if (isCut) throw limitError('The rows have more than 8 MiB: use a lower limit', rows.length + 1, rows.length)
        return { rows: rows.map((row) => rowValue(table.columns, row)), hasMore }
      }),
    write: (run, { table: tableId, change, completionKey }, abortSignal) =>
      changing(
        { tenantId: run.tenantId, name: tableId },
        (tx) =>
          changeOnce(tx, {
            ...{ run, completionKey, abortSignal },
            change: { tableId, change },
            make: async () => {
              const table = await lockTable(tx, { tenantId: run.tenantId, tableId })
              const { rows, ...counts } = await changeRows(tx, table, change, limitsOf(run.tenantId))
              return { rows: rows.map((row) => rowValue(table.columns, row)), ...counts }
            },
          }),
        abortSignal,
      ),
    getKey: async (tenantId, key) => {
      checkKey(key)
      return database.withTenant(tenantId, (tx) => findKeyValue(tx, tenantId, key))
    },
    listKeys: (tenantId, page) => database.withTenant(tenantId, (tx) => selectKeyValues(tx, tenantId, page)),
    changeKey: (tenantId, change, hook) =>
      changing({ tenantId, name: keyName(change) }, async (tx) => {
        const { key } = change
        const { value, updatedAt } = await changeKeyValue(tx, tenantId, change, limitsOf(tenantId))
        await hook?.(tx)
        return { key, value, updatedAt }
      }),
    changeKeyOnce: (run, change, completionKey, abortSignal) =>
      changing(
        { tenantId: run.tenantId, name: keyName(change) },
        (tx) =>
          changeOnce(tx, {
            ...{ run, completionKey, change, abortSignal },
            make: async () => {
              const { value, previous } = await changeKeyValue(tx, run.tenantId, change, limitsOf(run.tenantId))
              return { value, previous }
            },
          }),
        abortSignal,
      ),
  }
}

/** Names a key for the queue, unlike any table. */
function keyName({ key }: KeyValueChange): string {
  return `key ${key}`
}

/** @throws {@link TenonError} `DATA_ROW_NOT_FOUND`. */
function only(rows: readonly StoredRow[]): StoredRow {
  const [row] = rows
  if (row === undefined) throw new TenonError('DATA_ROW_NOT_FOUND', 'The row does not exist any more')
  return row
}
