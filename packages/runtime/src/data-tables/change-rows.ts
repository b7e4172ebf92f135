import type { Json, JsonObject } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import type { DataChange, DataColumn, DataFilter } from '@tenon/core/node'
import { sql } from 'kysely'
import type { RuntimeTables } from '../postgres/tables.ts'
import type { Tx } from '../postgres/types.ts'
import { invalidQuery, rowsByKey, type StoredRow, selectRows, type TableKey } from './row-query.ts'
import { invalidRow, keyTextOf, type PreparedRow, prepareRow, storedValue, valueIn } from './row-values.ts'
import type { ResolvedDataTableLimits } from './table-limits.ts'

/** Rows that one change may have. */
const MAX_ROWS = 1_000
/** Bytes of the rows of one change. */
const MAX_BYTES = 8_388_608

/** A table whose row is locked: its rows are changed by this transaction alone. */
export interface LockedTable extends TableKey {
  readonly columns: readonly DataColumn[]
  readonly keyColumn: string | null
  readonly nextRowId: number
  readonly rowCount: number
  readonly bytes: number
  /** Time of the transaction, in milliseconds since the Unix epoch. */
  readonly now: number
}

/** Rows that a change has written. */
export interface ChangedRows {
  /** Rows as they are after the change, or as they were before they were deleted. */
  readonly rows: readonly StoredRow[]
  readonly inserted: number
  readonly updated: number
  readonly deleted: number
}

/**
 * Changes rows of a locked table, all or none.
 *
 * @throws {@link TenonError} `DATA_ROW_INVALID`, `DATA_KEY_TAKEN`, `DATA_LIMIT_EXCEEDED`, `DATA_QUERY_INVALID`.
 */
export async function changeRows(
  tx: Tx<RuntimeTables>,
  table: LockedTable,
  change: DataChange,
  limits: ResolvedDataTableLimits,
): Promise<ChangedRows> {
  switch (change.kind) {
    case 'insert':
      checkCount(change.rows.length)
      return store(tx, table, { added: change.rows.map((row) => prepare(table, row, limits)), changed: [] }, limits)
    case 'upsert':
      checkCount(change.rows.length)
      return store(tx, table, await matchKeys(tx, table, change.rows, limits), limits)
    case 'update': {
      const rows = await matching(tx, table, change.filter, change.maxRows)
      const changed = rows.map((row) => ({ row, to: prepare(table, change.values, limits, row.values) }))
      return store(tx, table, { added: [], changed }, limits)
    }
    case 'delete':
      return remove(tx, table, await matching(tx, table, change.filter, change.maxRows))
  }
}

/** Rows to add, and rows to change with their new values. */
export interface RowsToStore {
  readonly added: readonly PreparedRow[]
  readonly changed: readonly { readonly row: StoredRow; readonly to: PreparedRow }[]
}

/** Stores rows, and counts them. @throws {@link TenonError} `DATA_KEY_TAKEN`, `DATA_LIMIT_EXCEEDED`. */
export async function store(
  tx: Tx<RuntimeTables>,
  table: LockedTable,
  { added, changed }: RowsToStore,
  limits: ResolvedDataTableLimits,
): Promise<ChangedRows> {
  const bytes = [...added, ...changed.map(({ to }) => to)].reduce((sum, { size }) => sum + size, 0)
  if (bytes > MAX_BYTES) throw limitError(`The rows of a change have at most ${MAX_BYTES} bytes`, bytes, MAX_BYTES)
  const total = table.bytes + bytes - changed.reduce((sum, { row }) => sum + row.size, 0)
  const count = table.rowCount + added.length
  if (count > limits.rowsPerTable) {
    throw limitError(`The table may have ${limits.rowsPerTable} rows`, count, limits.rowsPerTable)
  }
  if (total > limits.bytesPerTable && total > table.bytes) {
    throw limitError(`The table may have ${limits.bytesPerTable} bytes`, total, limits.bytesPerTable)
  }
  await checkKeys(tx, table, { added, changed })
  const { now } = table
  const after = [
    ...changed.map(({ row, to }) => toRow(to, { ...row, version: row.version + 1, updatedAt: now })),
    ...added.map((row, index) =>
      toRow(row, { id: table.nextRowId + index, version: 1, createdAt: now, updatedAt: now }),
    ),
  ]
  await writeRows(tx, table, after)
  await storeCounts(tx, table, { rows: count, bytes: total, nextRowId: table.nextRowId + added.length })
  return { rows: after, inserted: added.length, updated: changed.length, deleted: 0 }
}

/** Deletes rows, and counts them. */
export async function remove(
  tx: Tx<RuntimeTables>,
  table: LockedTable,
  rows: readonly StoredRow[],
): Promise<ChangedRows> {
  const { tenantId, tableId } = table
  if (rows.length > 0) {
    await tx
      .deleteFrom('data_rows')
      .where('tenant_id', '=', tenantId)
      .where('table_id', '=', tableId)
      .where(
        'row_id',
        'in',
        rows.map(({ id }) => id),
      )
      .execute()
    const bytes = table.bytes - rows.reduce((sum, { size }) => sum + size, 0)
    await storeCounts(tx, table, { rows: table.rowCount - rows.length, bytes, nextRowId: table.nextRowId })
  }
  return { rows, inserted: 0, updated: 0, deleted: rows.length }
}

function prepare(
  table: LockedTable,
  values: JsonObject,
  { valueBytes }: ResolvedDataTableLimits,
  before: JsonObject = {},
): PreparedRow {
  return prepareRow(table, values, { before, maxBytes: valueBytes })
}

function toRow(
  { values, size, keyText }: PreparedRow,
  { id, version, createdAt, updatedAt }: Pick<StoredRow, 'id' | 'version' | 'createdAt' | 'updatedAt'>,
): StoredRow {
  return { id, values, size, keyText, version, createdAt, updatedAt }
}

/** Finds the rows that have the keys of the given ones. Of several with the same key, later ones change earlier ones. */
async function matchKeys(
  tx: Tx<RuntimeTables>,
  table: LockedTable,
  given: readonly JsonObject[],
  limits: ResolvedDataTableLimits,
): Promise<RowsToStore> {
  const { keyColumn } = table
  if (keyColumn === null) throw invalidQuery('The table has no key column, by which rows could be found')
  const type = table.columns.find(({ name }) => name === keyColumn)?.type ?? 'text'
  const keys = given.map((row) => {
    const value = valueIn(row, keyColumn)
    const key = value === undefined || value === null ? undefined : storedValue(type, value)
    if (key !== undefined) return keyTextOf(key) ?? ''
    const message = `Each row needs a value in "${keyColumn}", the key of the table`
    throw invalidRow([{ path: ['values', keyColumn], code: 'DATA_ROW_INVALID', message }])
  })
  const found = new Map((await rowsByKey(tx, table, [...new Set(keys)])).map((row) => [row.keyText, row]))
  const prepared = new Map<string, PreparedRow>()
  for (const [index, row] of given.entries()) {
    const key = keys[index] ?? ''
    const before = prepared.get(key)?.values ?? found.get(key)?.values ?? {}
    prepared.set(key, prepare(table, row, limits, before))
  }
  const added: PreparedRow[] = []
  const changed: { row: StoredRow; to: PreparedRow }[] = []
  for (const [key, to] of prepared) {
    const row = found.get(key)
    if (row === undefined) added.push(to)
    else changed.push({ row, to })
  }
  return { added, changed }
}

/** Selects the rows that a filter matches. @throws {@link TenonError} `DATA_LIMIT_EXCEEDED` for more than `maxRows`. */
async function matching(
  tx: Tx<RuntimeTables>,
  table: LockedTable,
  filter: DataFilter,
  maxRows: number,
): Promise<readonly StoredRow[]> {
  checkCount(maxRows)
  const { rows, hasMore, isCut } = await selectRows(tx, table, table, { ...filter, limit: maxRows })
  if (!hasMore) return rows
  if (isCut) {
    const bytes = rows.reduce((sum, { size }) => sum + size, 0)
    throw limitError('The rows that match have more than 8 MiB, so none was changed: match fewer', bytes, MAX_BYTES)
  }
  throw limitError(`More than ${rows.length} rows match, so none was changed`, rows.length + 1, maxRows)
}

/** The index would find the same, but an error of the database ends the transaction and names no key. */
async function checkKeys(tx: Tx<RuntimeTables>, table: LockedTable, { added, changed }: RowsToStore): Promise<void> {
  const fresh = [...added, ...changed.filter(({ row, to }) => row.keyText !== to.keyText).map(({ to }) => to)]
  const keys = fresh.flatMap(({ keyText }) => keyText ?? [])
  const isLeft = new Set(changed.filter(({ row, to }) => row.keyText !== to.keyText).map(({ row }) => row.id))
  const taken = (await rowsByKey(tx, table, keys)).find(({ id }) => !isLeft.has(id))?.keyText
  const twice = keys.find((key, index) => keys.indexOf(key) !== index)
  const key = taken ?? twice
  if (key === undefined) return
  throw new TenonError('DATA_KEY_TAKEN', `Another row has "${key.slice(0, 100)}" in "${table.keyColumn}"`, {
    details: { column: table.keyColumn },
  })
}

/** Writes rows in one statement, new ones and those that exist. */
async function writeRows(
  tx: Tx<RuntimeTables>,
  { tenantId, tableId }: TableKey,
  rows: readonly StoredRow[],
): Promise<void> {
  if (rows.length === 0) return
  await tx
    .insertInto('data_rows')
    .columns([
      ...(['tenant_id', 'table_id', 'row_id', 'data', 'key_text', 'size', 'version'] as const),
      ...(['created_at', 'updated_at'] as const),
    ])
    .expression(
      sql`select ${tenantId}::text, ${tableId}::text, r.id, r.values, r."keyText", r.size, r.version, r."createdAt", r."updatedAt"
        from jsonb_to_recordset(${JSON.stringify(rows)}::text::jsonb) as r (id bigint, "values" jsonb, "keyText" text,
          size int, version int, "createdAt" bigint, "updatedAt" bigint)`,
    )
    .onConflict((conflict) =>
      conflict.columns(['tenant_id', 'table_id', 'row_id']).doUpdateSet((eb) => ({
        data: eb.ref('excluded.data'),
        key_text: eb.ref('excluded.key_text'),
        size: eb.ref('excluded.size'),
        version: eb.ref('excluded.version'),
        updated_at: eb.ref('excluded.updated_at'),
      })),
    )
    .execute()
}

async function storeCounts(
  tx: Tx<RuntimeTables>,
  { tenantId, tableId }: TableKey,
  { rows, bytes, nextRowId }: { readonly rows: number; readonly bytes: number; readonly nextRowId: number },
): Promise<void> {
  await tx
    .updateTable('data_tables')
    .set({ row_count: rows, bytes, next_row_id: nextRowId })
    .where('tenant_id', '=', tenantId)
    .where('table_id', '=', tableId)
    .execute()
}

function checkCount(rows: number): void {
  if (Number.isSafeInteger(rows) && rows >= 0 && rows <= MAX_ROWS) return
  throw limitError(`A change has at most ${MAX_ROWS} rows`, rows, MAX_ROWS)
}

export function limitError(message: string, used: number, limit: number): TenonError {
  return new TenonError('DATA_LIMIT_EXCEEDED', message, { details: { used, limit } })
}

/** Returns a row as expressions read it: with each column, and `null` where it has no value. */
export function rowValue(columns: readonly DataColumn[], row: StoredRow): JsonObject {
  const values: Record<string, Json> = {
    id: row.id,
    createdAt: new Date(row.createdAt).toISOString(),
    updatedAt: new Date(row.updatedAt).toISOString(),
  }
  for (const { name } of columns) values[name] = valueIn(row.values, name) ?? null
  return values
}
