import type { DataTableId } from '../ids.ts'
import type { Json, JsonObject } from '../json.ts'

/** Types of the columns of data tables. An `instant` is ISO 8601 text, which is stored in UTC. */
export const COLUMN_TYPES = ['text', 'number', 'boolean', 'instant', 'json'] as const
/** One of {@link COLUMN_TYPES}. */
export type ColumnType = (typeof COLUMN_TYPES)[number]

/** Comparisons of columns. `contains` is for texts and JSON; `exists` takes no value. */
export const DATA_OPERATORS = ['==', '!=', '>', '<', '>=', '<=', 'contains', 'exists'] as const
/** One of {@link DATA_OPERATORS}. */
export type DataOperator = (typeof DATA_OPERATORS)[number]

/** Pattern of the name of a column: a letter, then letters, digits and `_`. */
export const COLUMN_NAME_PATTERN = /^[A-Za-z][A-Za-z0-9_]{0,62}$/
/** Names that no column may have, since every row has a field with each. */
export const ROW_FIELDS = ['id', 'createdAt', 'updatedAt'] as const

/** Column of a data table. */
export interface DataColumn {
  /** Name in expressions, unique in the table: {@link COLUMN_NAME_PATTERN}, none of {@link ROW_FIELDS}. */
  readonly name: string
  /** Type of its values. */
  readonly type: ColumnType
  /** `true` if every new row needs a value. */
  readonly isRequired: boolean
}

/** Condition on a column. */
export interface DataCondition {
  /** Name of the column. */
  readonly column: string
  /** Comparison. A row without a value in the column matches only `!=`, and `==` with `null`. */
  readonly operator: DataOperator
  /** Value to compare with, of the type of the column; `null` for no value. Not used by `exists`. */
  readonly value?: Json
}

/** Conditions on the rows of a table; without any, all rows match. */
export interface DataFilter {
  /** Conditions, at most 20. */
  readonly where: readonly DataCondition[]
  /** With `all` every condition must hold, with `any` one of them. */
  readonly match: 'all' | 'any'
}

/** Rows to read. */
export interface DataQuery extends DataFilter {
  /** Table of the tenant. */
  readonly table: DataTableId
  /** Order of the rows. @defaultValue the order in which they were added */
  readonly sort?: { readonly column: string; readonly direction: 'asc' | 'desc' }
  /** Most rows to return, 1 to 1,000. */
  readonly limit: number
}

/** Row with `id`, `createdAt`, `updatedAt` and a field for each column; `null` where it has no value. */
export type DataRowValue = JsonObject

/** Rows that a query has found. */
export interface DataRows {
  /** Rows in the order of the query. */
  readonly rows: readonly DataRowValue[]
  /** `true` if more rows match than were returned. */
  readonly hasMore: boolean
}

/** Change of rows. */
export type DataChange =
  /** Adds rows; none if one of them is refused. */
  | { readonly kind: 'insert'; readonly rows: readonly JsonObject[] }
  /** Adds each row, or changes the one that has the same value in the key column of the table. */
  | { readonly kind: 'upsert'; readonly rows: readonly JsonObject[] }
  /** Sets values of the rows that match; a value `null` removes it. Refused if more than `maxRows` match. */
  | { readonly kind: 'update'; readonly filter: DataFilter; readonly values: JsonObject; readonly maxRows: number }
  /** Deletes the rows that match. Refused if more than `maxRows` match. */
  | { readonly kind: 'delete'; readonly filter: DataFilter; readonly maxRows: number }

/** Change of a table by a node. */
export interface DataWrite {
  /** Table of the tenant. */
  readonly table: DataTableId
  /** Rows to change, at most 1,000. */
  readonly change: DataChange
  /** Key under which the change is made once in the run, such as `idempotencyKey` of the context; 1 to 500 characters. */
  readonly completionKey: string
}

/** Result of a change. */
export interface DataWritten {
  /** Rows as they are after the change, or as they were before they were deleted. */
  readonly rows: readonly DataRowValue[]
  /** Rows that were added. */
  readonly inserted: number
  /** Rows that were changed. */
  readonly updated: number
  /** Rows that were deleted. */
  readonly deleted: number
  /** `true` if an earlier attempt has made the change, and its result is returned. */
  readonly isRepeated: boolean
}

/**
 * Data tables of the tenant, for the code of a node.
 *
 * Both methods throw {@link TenonError} `DATA_TABLE_NOT_FOUND`; `DATA_QUERY_INVALID` for an unknown column, or a value that
 * it cannot be compared with; `DATA_LIMIT_EXCEEDED` for a result that is too large.
 */
export interface NodeTables {
  /** Reads rows. */
  query(query: DataQuery): Promise<DataRows>
  /**
   * Changes rows once for each key: the transaction also stores its result, and a later call with the key returns that. A run
   * that has ended changes nothing.
   *
   * @throws {@link TenonError} also `DATA_ROW_INVALID` for a value that is not of the type of its column; `DATA_KEY_TAKEN`
   * for a new row whose key another row has; `DATA_LIMIT_EXCEEDED` for too many rows; `DATA_COMPLETION_REUSED` if another
   * change was made under the key.
   */
  write(write: DataWrite): Promise<DataWritten>
}

/** Value under a key. */
export interface KeyValue {
  /** `false` if the tenant has no such key. */
  readonly isFound: boolean
  /** The value; `null` if the key is not found. */
  readonly value: Json
}

/** Change of the value under a key. */
export type KeyValueChange =
  | { readonly kind: 'set'; readonly key: string; readonly value: Json }
  | { readonly kind: 'delete'; readonly key: string }
  /** Adds `amount` to a number; a key that is not found counts as 0. */
  | { readonly kind: 'increment'; readonly key: string; readonly amount: number }

/** Result of a change of a key. */
export interface KeyValueChanged {
  /** Value after the change; `null` if the key was deleted. */
  readonly value: Json
  /** Value before; `null` if the key was not found. */
  readonly previous: Json
  /** `true` if an earlier attempt has made the change, and its result is returned. */
  readonly isRepeated: boolean
}

/** Values of the tenant by key, for the code of a node. All workflows of the tenant share the keys. */
export interface NodeKeyValues {
  /** Reads a value. @throws {@link TenonError} `DATA_QUERY_INVALID` for a key that is empty or longer than 200 characters. */
  get(key: string): Promise<KeyValue>
  /**
   * Changes a value once for each completion key, as {@link NodeTables.write}.
   *
   * @param completionKey - Such as `idempotencyKey` of the context; 1 to 500 characters.
   * @throws {@link TenonError} also `DATA_QUERY_INVALID` for an increment of a value that is no number;
   * `DATA_LIMIT_EXCEEDED` for too many keys, or a value that is too large; `DATA_COMPLETION_REUSED`.
   */
  change(change: KeyValueChange, completionKey: string): Promise<KeyValueChanged>
}
