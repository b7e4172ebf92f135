import type { DataRow, DataTable, KeyValueEntry } from '@tenon/core/api'
import type { ResolvedDataTableLimits, StoredDataTable, StoredKeyValue, StoredRow } from '@tenon/runtime'
import { toInstant } from '../http/instant.ts'

/** Describes a data table for the API. */
export function presentTable(table: StoredDataTable, { rowsPerTable }: ResolvedDataTableLimits): DataTable {
  const { tableId: id, createdAt, ...rest } = table
  return { ...rest, id, createdAt: toInstant(createdAt), rowLimit: rowsPerTable }
}

/** Describes a row for the API. */
export function presentRow({ id, values, version, createdAt, updatedAt }: StoredRow): DataRow {
  return { id, values, version, createdAt: toInstant(createdAt), updatedAt: toInstant(updatedAt) }
}

/** Describes the value under a key for the API. */
export function presentKeyValue({ key, value, updatedAt }: StoredKeyValue): KeyValueEntry {
  return { key, value, updatedAt: toInstant(updatedAt) }
}
