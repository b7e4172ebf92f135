import { randomUUID } from 'node:crypto'
import type { DataTableId, TenantId } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import type { DataColumn } from '@tenon/core/node'
import type { Actor } from '@tenon/core/run'
import { sql } from 'kysely'
import type { DataTablesTable } from '../postgres/data-tables.ts'
import { databaseNow } from '../postgres/database-now.ts'
import type { RuntimeTables } from '../postgres/tables.ts'
import type { Tx } from '../postgres/types.ts'
import type { ListCursor } from '../store/cursor.ts'
import { type LockedTable, limitError } from './change-rows.ts'
import { invalidQuery, type TableKey } from './row-query.ts'
import { invalidRow } from './row-values.ts'
import type { ResolvedDataTableLimits } from './table-limits.ts'

type RuntimeTx = Tx<RuntimeTables>

/** Data table of a tenant. */
export interface StoredDataTable {
  /** Id of the table. */
  readonly tableId: DataTableId
  /** Name for people, unique in the tenant. */
  readonly name: string
  /** Columns in the order in which they are shown. */
  readonly columns: readonly DataColumn[]
  /** Column whose values are unique; `null` without one. */
  readonly keyColumn: string | null
  /** Grows with each change of the name or the columns. */
  readonly version: number
  /** Number of rows. */
  readonly rowCount: number
  /** Bytes of the rows as JSON. */
  readonly bytes: number
  /** Time of its creation, in milliseconds since the Unix epoch. */
  readonly createdAt: number
  /** Person who has created it; `null` if the host did. */
  readonly createdBy: Actor | null
}

/** A new data table. */
export interface NewDataTable {
  /** Name for people; unique in the tenant. */
  readonly name: string
  /** Columns, at least one. */
  readonly columns: readonly DataColumn[]
  /** Column whose values are unique; `null` for none. */
  readonly keyColumn: string | null
  /** Person who creates it; `null` for the host. */
  readonly createdBy: Actor | null
}

/** A change of a data table; a missing field keeps what it was. */
export interface DataTableChange {
  /** Version that the change is based on. */
  readonly version: number
  /** New name. */
  readonly name?: string
  /** All columns from now on. One that is missing is deleted with its values. */
  readonly columns?: readonly DataColumn[]
}

/** Seed of the hash that names the lock, so that it differs from other locks for the same tenant. */
const TABLES_LOCK = 8_411

function toStoredTable(row: DataTablesTable): StoredDataTable {
  return {
    tableId: row.table_id,
    name: row.name,
    columns: JSON.parse(row.columns) as readonly DataColumn[],
    keyColumn: row.key_column,
    version: Number(row.version),
    rowCount: Number(row.row_count),
    bytes: Number(row.bytes),
    createdAt: Number(row.created_at),
    createdBy: row.created_by === null ? null : (JSON.parse(row.created_by) as Actor),
  }
}

/** @throws {@link TenonError} `DATA_TABLE_EXISTS`, `DATA_LIMIT_EXCEEDED`, `DATA_QUERY_INVALID`. */
export async function insertTable(
  tx: RuntimeTx,
  tenantId: TenantId,
  table: NewDataTable,
  limits: ResolvedDataTableLimits,
): Promise<StoredDataTable> {
  checkKeyColumn(table)
  // Requests of a tenant that add one wait here for each other: each could find the last free room, or the same name.
  await sql`select pg_advisory_xact_lock(hashtextextended(${tenantId}, ${TABLES_LOCK}))`.execute(tx)
  const { count } = await tx
    .selectFrom('data_tables')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('tenant_id', '=', tenantId)
    .executeTakeFirstOrThrow()
  if (Number(count) >= limits.tables) {
    throw limitError(`The tenant may have ${limits.tables} data tables`, Number(count), limits.tables)
  }
  await checkName(tx, tenantId, table.name)
  const row = await tx
    .insertInto('data_tables')
    .values({
      ...{ tenant_id: tenantId, table_id: `tbl_${randomUUID().replaceAll('-', '')}`, name: table.name },
      ...{ columns: JSON.stringify(table.columns), key_column: table.keyColumn, version: 1 },
      ...{ next_row_id: 1, row_count: 0, bytes: 0, created_at: databaseNow },
      created_by: table.createdBy === null ? null : JSON.stringify(table.createdBy),
    })
    .returningAll()
    .executeTakeFirstOrThrow()
  return toStoredTable(row)
}

export async function findTable(tx: RuntimeTx, { tenantId, tableId }: TableKey): Promise<StoredDataTable | null> {
  const row = await tx
    .selectFrom('data_tables')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('table_id', '=', tableId)
    .executeTakeFirst()
  return row === undefined ? null : toStoredTable(row)
}

/** @throws {@link TenonError} `DATA_TABLE_NOT_FOUND`. */
export async function requireTable(tx: RuntimeTx, key: TableKey): Promise<StoredDataTable> {
  return (await findTable(tx, key)) ?? noTable(key)
}

/** Selects tables, last created first, one more than the limit if there are more. */
export async function selectTables(
  tx: RuntimeTx,
  tenantId: TenantId,
  { limit, after }: { readonly limit: number; readonly after: ListCursor | null },
): Promise<readonly StoredDataTable[]> {
  let query = tx.selectFrom('data_tables').selectAll().where('tenant_id', '=', tenantId)
  if (after !== null) {
    const position = [after.at, after.id] as const
    query = query.where(({ eb, refTuple, tuple }) => eb(refTuple('created_at', 'table_id'), '<', tuple(...position)))
  }
  const rows = await query
    .orderBy('created_at', 'desc')
    .orderBy('table_id', 'desc')
    .limit(limit + 1)
    .execute()
  return rows.map(toStoredTable)
}

/** Locks a table, so that only this transaction changes it and its rows. @throws {@link TenonError} `DATA_TABLE_NOT_FOUND`. */
export async function lockTable(
  tx: RuntimeTx,
  key: TableKey,
): Promise<LockedTable & { readonly version: number; readonly name: string }> {
  const row = await tx
    .selectFrom('data_tables')
    .selectAll()
    .select(databaseNow.as('now'))
    .where('tenant_id', '=', key.tenantId)
    .where('table_id', '=', key.tableId)
    .forUpdate()
    .executeTakeFirst()
  if (row === undefined) return noTable(key)
  const table = toStoredTable(row)
  return { ...table, tenantId: key.tenantId, nextRowId: Number(row.next_row_id), now: Number(row.now) }
}

/**
 * Changes the name or the columns of a table; deleted columns lose their values.
 *
 * @throws {@link TenonError} `DATA_TABLE_NOT_FOUND`, `DATA_TABLE_CHANGED`, `DATA_TABLE_EXISTS`, `DATA_QUERY_INVALID`,
 * `DATA_ROW_INVALID` for a column that needs values which rows do not have.
 */
export async function changeTable(
  tx: RuntimeTx,
  tenantId: TenantId,
  tableId: DataTableId,
  change: DataTableChange,
): Promise<StoredDataTable> {
  const key = { tenantId, tableId }
  if (change.name !== undefined) {
    await sql`select pg_advisory_xact_lock(hashtextextended(${tenantId}, ${TABLES_LOCK}))`.execute(tx)
  }
  const table = await lockTable(tx, key)
  if (table.version !== change.version) {
    throw new TenonError('DATA_TABLE_CHANGED', 'The table has changed since it was loaded')
  }
  if (change.name !== undefined && change.name !== table.name) await checkName(tx, tenantId, change.name)
  const columns = change.columns ?? table.columns
  if (change.columns !== undefined) await changeColumns(tx, table, change.columns)
  const row = await tx
    .updateTable('data_tables')
    .set({
      name: change.name ?? table.name,
      columns: JSON.stringify(columns),
      version: table.version + 1,
      bytes: tx
        .selectFrom('data_rows')
        .select((eb) => eb.fn.coalesce(eb.fn.sum<number>('size'), sql<number>`0`).as('bytes'))
        .where('tenant_id', '=', tenantId)
        .where('table_id', '=', tableId),
    })
    .where('tenant_id', '=', tenantId)
    .where('table_id', '=', tableId)
    .returningAll()
    .executeTakeFirstOrThrow()
  return toStoredTable(row)
}

async function changeColumns(tx: RuntimeTx, table: LockedTable, columns: readonly DataColumn[]): Promise<void> {
  checkKeyColumn({ columns, keyColumn: table.keyColumn })
  for (const { name, type } of table.columns) {
    const after = columns.find((column) => column.name === name)
    if (after === undefined) await dropValues(tx, table, name)
    else if (after.type !== type) throw invalidQuery(`The type of "${name}" cannot change`)
  }
  for (const { name, isRequired } of columns) {
    if (isRequired && (await hasRowWithout(tx, table, name))) {
      const message = `"${name}" needs a value, and rows of the table have none`
      throw invalidRow([{ path: ['columns', name], code: 'DATA_ROW_INVALID', message }])
    }
  }
}

async function dropValues(tx: RuntimeTx, { tenantId, tableId }: TableKey, name: string): Promise<void> {
  const rest = sql<string>`data - ${name}::text`
  await tx
    .updateTable('data_rows')
    .set({ data: rest, size: sql<number>`octet_length((${rest})::text)`, version: sql<number>`version + 1` })
    .where('tenant_id', '=', tenantId)
    .where('table_id', '=', tableId)
    .where(sql<boolean>`data -> ${name}::text is not null`)
    .execute()
}

async function hasRowWithout(tx: RuntimeTx, { tenantId, tableId }: TableKey, name: string): Promise<boolean> {
  const row = await tx
    .selectFrom('data_rows')
    .select('row_id')
    .where('tenant_id', '=', tenantId)
    .where('table_id', '=', tableId)
    .where(sql<boolean>`data -> ${name}::text is null`)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

/** Deletes a table with its rows. Returns its name. @throws {@link TenonError} `DATA_TABLE_NOT_FOUND`. */
export async function deleteTable(tx: RuntimeTx, key: TableKey): Promise<string> {
  const { name } = await lockTable(tx, key)
  await tx.deleteFrom('data_tables').where('tenant_id', '=', key.tenantId).where('table_id', '=', key.tableId).execute()
  return name
}

function checkKeyColumn({ columns, keyColumn }: Pick<NewDataTable, 'columns' | 'keyColumn'>): void {
  if (keyColumn === null) return
  const type = columns.find(({ name }) => name === keyColumn)?.type
  if (type === 'text' || type === 'number') return
  throw invalidQuery(
    type === undefined
      ? `The table needs its key column "${keyColumn}"`
      : `The key column "${keyColumn}" must be of the type text or number`,
  )
}

async function checkName(tx: RuntimeTx, tenantId: string, name: string): Promise<void> {
  const row = await tx
    .selectFrom('data_tables')
    .select('table_id')
    .where('tenant_id', '=', tenantId)
    .where('name', '=', name)
    .executeTakeFirst()
  if (row !== undefined) throw new TenonError('DATA_TABLE_EXISTS', `There is a data table with the name "${name}"`)
}

function noTable({ tableId }: TableKey): never {
  throw new TenonError('DATA_TABLE_NOT_FOUND', 'The data table does not exist any more', { details: { tableId } })
}
