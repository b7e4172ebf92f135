import type {
  CreateDataTable,
  DataRow,
  DataTable,
  KeyValueEntry,
  ListDataRows,
  UpdateDataRow,
  UpdateDataTable,
} from '../api/data-table-types.ts'
import type { Page } from '../api/types.ts'
import type { TenonError } from '../errors/tenon-error.ts'
import type { DataTableId } from '../ids.ts'
import type { Json, JsonObject } from '../json.ts'
import type { RequestOptions } from './options.ts'

/** The part of the client that reads and changes data tables and their rows. */
export interface DataTablesClient {
  /** Lists a page of tables, last created first; `limit` is 1 to 200. @throws {@link TenonError} `CURSOR_INVALID`. */
  list(query?: { cursor?: string; limit?: number }, options?: RequestOptions): Promise<Page<DataTable>>
  /** Creates a table. @throws {@link TenonError} `DATA_TABLE_EXISTS`, `DATA_LIMIT_EXCEEDED`. */
  create(body: CreateDataTable, options?: RequestOptions): Promise<DataTable>
  /** Reads a table without its rows. @throws {@link TenonError} `DATA_TABLE_NOT_FOUND`. */
  get(tableId: DataTableId, options?: RequestOptions): Promise<DataTable>
  /**
   * Renames a table, or adds and deletes columns; a deleted column loses its values.
   *
   * @throws {@link TenonError} `DATA_TABLE_NOT_FOUND`, `DATA_TABLE_EXISTS`, `DATA_TABLE_CHANGED`.
   */
  update(tableId: DataTableId, body: UpdateDataTable, options?: RequestOptions): Promise<DataTable>
  /** Deletes a table with its rows. @throws {@link TenonError} `DATA_TABLE_NOT_FOUND`. */
  remove(tableId: DataTableId, options?: RequestOptions): Promise<void>
  /**
   * Lists a page of rows that match conditions.
   *
   * @throws {@link TenonError} `DATA_TABLE_NOT_FOUND`, `DATA_QUERY_INVALID`, `CURSOR_INVALID`, `DATA_LIMIT_EXCEEDED`.
   */
  rows(tableId: DataTableId, query?: ListDataRows, options?: RequestOptions): Promise<Page<DataRow>>
  /**
   * Adds a row.
   *
   * @throws {@link TenonError} `DATA_TABLE_NOT_FOUND`, `DATA_ROW_INVALID`, `DATA_KEY_TAKEN`, `DATA_LIMIT_EXCEEDED`.
   */
  addRow(tableId: DataTableId, values: JsonObject, options?: RequestOptions): Promise<DataRow>
  /**
   * Changes values of a row.
   *
   * @throws {@link TenonError} as `addRow`, and `DATA_ROW_NOT_FOUND`, `DATA_ROW_CHANGED`.
   */
  updateRow(tableId: DataTableId, rowId: number, body: UpdateDataRow, options?: RequestOptions): Promise<DataRow>
  /** Deletes a row. @throws {@link TenonError} `DATA_TABLE_NOT_FOUND`, `DATA_ROW_NOT_FOUND`. */
  removeRow(tableId: DataTableId, rowId: number, options?: RequestOptions): Promise<void>
  /** Downloads all rows as CSV; the body of the response is a stream. @throws {@link TenonError} `DATA_TABLE_NOT_FOUND`. */
  exportCsv(tableId: DataTableId, options?: RequestOptions): Promise<Response>
}

/** The part of the client that reads and changes the values that workflows store under keys. */
export interface KeyValuesClient {
  /** Lists a page of values by key; `limit` is 1 to 200. @throws {@link TenonError} `CURSOR_INVALID`. */
  list(
    query?: { prefix?: string; cursor?: string; limit?: number },
    options?: RequestOptions,
  ): Promise<Page<KeyValueEntry>>
  /** Stores a value. @throws {@link TenonError} `DATA_LIMIT_EXCEEDED`. */
  set(key: string, value: Json, options?: RequestOptions): Promise<KeyValueEntry>
  /** Deletes a value; has no effect if the key has none. */
  remove(key: string, options?: RequestOptions): Promise<void>
}
