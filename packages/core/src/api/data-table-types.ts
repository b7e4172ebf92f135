import type { DataTableId } from '../ids.ts'
import type { Json, JsonObject } from '../json.ts'
import type { DataColumn, DataCondition } from '../node/data-tables.ts'
import type { Actor } from '../run/actor.ts'
import type { IsoInstant } from './types.ts'

/** Table of typed rows that the workflows and the people of a tenant share. */
export interface DataTable {
  /** Id of the table, unique within the tenant. */
  readonly id: DataTableId
  /** Name for people, unique within the tenant. */
  readonly name: string
  /** Columns in the order in which they are shown. */
  readonly columns: readonly DataColumn[]
  /** Column whose values are unique, and by which rows are inserted or changed; `null` without one. */
  readonly keyColumn: string | null
  /** Number of rows. */
  readonly rowCount: number
  /** Most rows that the table may have. */
  readonly rowLimit: number
  /** Bytes of the rows as JSON. */
  readonly bytes: number
  /** Grows with each change of the name or the columns. */
  readonly version: number
  /** Time at which it was created. */
  readonly createdAt: IsoInstant
  /** Person who created it; `null` if the host did. */
  readonly createdBy: Actor | null
}

/** A new table. */
export interface CreateDataTable {
  /** Name for people, unique within the tenant; 1 to 100 characters. */
  readonly name: string
  /** Columns, 1 to 100. */
  readonly columns: readonly DataColumn[]
  /** Column of the type `text` or `number` whose values are unique; it stays the key. @defaultValue none */
  readonly keyColumn?: string
}

/** A change of a table. */
export interface UpdateDataTable {
  /** Version that the change is based on. */
  readonly version: number
  /** New name. @defaultValue it keeps its name */
  readonly name?: string
  /**
   * All columns that the table has from now on. One that is missing is deleted with its values; the type of a column, and the
   * key column, cannot change. @defaultValue it keeps its columns
   */
  readonly columns?: readonly DataColumn[]
}

/** Row of a table. */
export interface DataRow {
  /** Number of the row, unique in the table; later rows have higher ones. */
  readonly id: number
  /** Values by column; columns without a value are missing. */
  readonly values: JsonObject
  /** Grows with each change of the row. */
  readonly version: number
  /** Time at which it was added. */
  readonly createdAt: IsoInstant
  /** Time of its last change. */
  readonly updatedAt: IsoInstant
}

/** Rows to list. */
export interface ListDataRows {
  /** Conditions that all must hold, at most 20. @defaultValue all rows */
  readonly where?: readonly DataCondition[]
  /** Column to sort by. @defaultValue the order in which rows were added */
  readonly sort?: string
  /** Direction of the order. @defaultValue 'asc' */
  readonly direction?: 'asc' | 'desc'
  /** Cursor of the page before. @defaultValue the first page */
  readonly cursor?: string
  /** Rows of a page, 1 to 200. @defaultValue 50 */
  readonly limit?: number
}

/** A change of a row. */
export interface UpdateDataRow {
  /** Values to set; `null` removes one. Other columns keep theirs. */
  readonly values: JsonObject
  /** Version that the change is based on. @defaultValue any */
  readonly version?: number
}

/** Value under a key, which all workflows of the tenant share. */
export interface KeyValueEntry {
  /** Key, 1 to 200 characters. */
  readonly key: string
  /** The value. */
  readonly value: Json
  /** Time of its last change. */
  readonly updatedAt: IsoInstant
}
