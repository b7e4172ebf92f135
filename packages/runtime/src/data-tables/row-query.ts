import type { DataTableId, Json } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import type { ColumnType, DataColumn, DataCondition, DataFilter, DataQuery } from '@tenon/core/node'
import { encodeValue } from '@tenon/core/run'
import { type RawBuilder, sql } from 'kysely'
import type { RuntimeTables } from '../postgres/tables.ts'
import type { Tx } from '../postgres/types.ts'
import { EXPECTED, hasNul, keyTextOf, type RowShape, storedValue } from './row-values.ts'

/** Bytes of the rows that one call returns. */
const MAX_RESULT = 8_388_608
const MAX_CONDITIONS = 20

/** Row as it is stored. */
export interface StoredRow {
  readonly id: number
  readonly values: Readonly<Record<string, Json>>
  readonly size: number
  readonly keyText: string | null
  readonly version: number
  /** Milliseconds since the Unix epoch, as `updatedAt`. */
  readonly createdAt: number
  readonly updatedAt: number
}

/** Names a table. */
export interface TableKey {
  readonly tenantId: string
  readonly tableId: DataTableId
}

/** Rows to select. */
export interface RowSelection extends DataFilter {
  readonly sort?: DataQuery['sort'] | undefined
  readonly limit: number
  /** Position after which the rows begin. @defaultValue the first row */
  readonly after?: RowPosition | null
}

/** Position of a row in an order: its value in the column of the order, and its id. */
export interface RowPosition {
  readonly value: Json
  readonly id: number
}

/**
 * Selects rows in order: as many as `limit`, or fewer of more than 8 MiB.
 *
 * @returns `hasMore` is `true` if more rows match, `isCut` if their size was the reason.
 * @throws {@link TenonError} `DATA_QUERY_INVALID`.
 */
export async function selectRows(
  tx: Tx<RuntimeTables>,
  { tenantId, tableId }: TableKey,
  { columns, keyColumn }: RowShape,
  selection: RowSelection,
): Promise<{ readonly rows: readonly StoredRow[]; readonly hasMore: boolean; readonly isCut: boolean }> {
  const { sort, limit, after = null } = selection
  const order = orderOf(columns, sort)
  let query = tx
    .selectFrom('data_rows')
    .select(['row_id', 'size'])
    .where('tenant_id', '=', tenantId)
    .where('table_id', '=', tableId)
    .where(conditionOf({ columns, keyColumn }, selection))
    .limit(limit + 1)
  if (after !== null) query = query.where(order.isAfter(after))
  for (const part of order.by) query = query.orderBy(part)
  const found = await query.execute()
  let bytes = 0
  const fitting = found.slice(0, limit).filter(({ size }, index) => {
    bytes += size
    return index === 0 || bytes <= MAX_RESULT
  })
  const ids = fitting.map(({ row_id: id }) => Number(id))
  const byId = new Map((await rowsById(tx, { tenantId, tableId }, ids)).map((row) => [row.id, row]))
  // A row that was deleted since then is left out.
  const rows = ids.flatMap((id) => byId.get(id) ?? [])
  // Without any row, a reader could not ask for what follows, and would take this for the end.
  if (ids.length > 0 && rows.length === 0)
    return selectRows(tx, { tenantId, tableId }, { columns, keyColumn }, selection)
  return {
    rows,
    hasMore: found.length > fitting.length,
    isCut: fitting.length < Math.min(found.length, limit),
  }
}

/** Reads rows by their ids, in any order. */
export async function rowsById(
  tx: Tx<RuntimeTables>,
  { tenantId, tableId }: TableKey,
  ids: readonly number[],
): Promise<readonly StoredRow[]> {
  if (ids.length === 0) return []
  const rows = await rowsOf(tx, { tenantId, tableId }).where('row_id', 'in', ids).execute()
  return rows.map(toStoredRow)
}

/** Reads rows by their keys, in any order. */
export async function rowsByKey(
  tx: Tx<RuntimeTables>,
  { tenantId, tableId }: TableKey,
  keys: readonly string[],
): Promise<readonly StoredRow[]> {
  if (keys.length === 0) return []
  const rows = await rowsOf(tx, { tenantId, tableId }).where('key_text', 'in', keys).execute()
  return rows.map(toStoredRow)
}

function rowsOf(tx: Tx<RuntimeTables>, { tenantId, tableId }: TableKey) {
  return tx
    .selectFrom('data_rows')
    .select(['row_id', 'size', 'key_text', 'version', 'created_at', 'updated_at', sql<string>`data::text`.as('text')])
    .where('tenant_id', '=', tenantId)
    .where('table_id', '=', tableId)
}

function toStoredRow(row: Awaited<ReturnType<ReturnType<typeof rowsOf>['executeTakeFirstOrThrow']>>): StoredRow {
  return {
    id: Number(row.row_id),
    values: JSON.parse(row.text) as Readonly<Record<string, Json>>,
    size: row.size,
    keyText: row.key_text,
    version: row.version,
    createdAt: Number(row.created_at),
    updatedAt: Number(row.updated_at),
  }
}

/** Returns the condition on rows that a filter describes. @throws {@link TenonError} `DATA_QUERY_INVALID`. */
function conditionOf(shape: RowShape, { where, match }: DataFilter): RawBuilder<boolean> {
  if (where.length > MAX_CONDITIONS) throw invalidQuery(`A filter has at most ${MAX_CONDITIONS} conditions`)
  if (where.length === 0) return sql<boolean>`true`
  const parts = where.map((condition) => sql`(${oneCondition(shape, condition)})`)
  return sql<boolean>`(${sql.join(parts, match === 'all' ? sql` and ` : sql` or `)})`
}

const ORDERED: readonly string[] = ['>', '<', '>=', '<=']
const WITHOUT_ORDER: readonly ColumnType[] = ['boolean', 'json']

function oneCondition(
  { columns, keyColumn }: RowShape,
  { column: name, operator, value = null }: DataCondition,
): RawBuilder<unknown> {
  const column = findColumn(columns, name)
  const { type } = column
  const left = columnSql(column)
  if (operator === 'exists') return sql`${left} is not null`
  if (value === null) {
    if (operator === '==') return sql`${left} is null`
    if (operator === '!=') return sql`${left} is not null`
    throw invalidQuery(`"${operator}" needs a value to compare "${name}" with`)
  }
  if (operator === 'contains') return contains(column, value)
  if (ORDERED.includes(operator) && WITHOUT_ORDER.includes(type)) {
    throw invalidQuery(`Values of "${name}" have no order, so "${operator}" cannot compare them`)
  }
  const right = literalOf(column, value)
  switch (operator) {
    case '==': {
      const key = name === keyColumn ? keyTextOf(storedValue(type, value)) : null
      // By the index of keys, and not by a read of all rows.
      return key === null ? sql`${left} = ${right}` : sql`key_text = ${key}::text and ${left} = ${right}`
    }
    case '!=':
      return sql`${left} is distinct from ${right}`
    case '>':
      return sql`${left} > ${right}`
    case '<':
      return sql`${left} < ${right}`
    case '>=':
      return sql`${left} >= ${right}`
    case '<=':
      return sql`${left} <= ${right}`
  }
}

function contains(column: DataColumn, value: Json): RawBuilder<unknown> {
  if (column.type === 'text') return sql`strpos(${columnSql(column)}, ${literalOf(column, value)}) > 0`
  if (column.type !== 'json') throw invalidQuery(`"contains" is for texts and JSON, and "${column.name}" is neither`)
  const right = literalOf(column, value)
  // A list contains its items: the operator of Postgres compares lists with lists.
  return sql`${columnSql(column)} @> ${right} or ${columnSql(column)} @> jsonb_build_array(${right})`
}

/** Returns the value of a column, in the type by which it is compared. */
function columnSql({ name, type }: DataColumn): RawBuilder<unknown> {
  switch (type) {
    case 'number':
      return sql`(data ->> ${name}::text)::numeric`
    case 'boolean':
      return sql`(data ->> ${name}::text)::boolean`
    case 'json':
      return sql`(data -> ${name}::text)`
    default:
      // By code point, so that instants are in their order, and no setting of the database changes an order.
      return sql`(data ->> ${name}::text) collate "C"`
  }
}

function literalOf({ name, type }: DataColumn, given: Json): RawBuilder<unknown> {
  const value = storedValue(type, given)
  const text = type === 'json' ? encodeValue(given).text : value === undefined ? null : String(value)
  if (text === null) throw invalidQuery(`"${name}" is compared with ${EXPECTED[type]}`)
  if (type === 'json' && hasNul(text)) throw invalidQuery('The value contains a NUL character')
  switch (type) {
    case 'number':
      return sql`${text}::numeric`
    case 'boolean':
      return sql`${text}::boolean`
    case 'json':
      return sql`${text}::jsonb`
    default:
      return sql`${text}::text`
  }
}

interface RowOrder {
  readonly by: readonly RawBuilder<unknown>[]
  isAfter(position: RowPosition): RawBuilder<boolean>
}

/** Rows without a value come last, and rows with the same value in the order in which they were added. */
function orderOf(columns: readonly DataColumn[], sort: DataQuery['sort']): RowOrder {
  if (sort === undefined) {
    return { by: [sql`row_id`], isAfter: ({ id }) => sql<boolean>`row_id > ${id}::bigint` }
  }
  const column = findColumn(columns, sort.column)
  if (column.type === 'json') throw invalidQuery(`Rows cannot be sorted by "${sort.column}", which is JSON`)
  const value = columnSql(column)
  const isUp = sort.direction === 'asc'
  return {
    by: [isUp ? sql`${value} asc nulls last` : sql`${value} desc nulls last`, sql`row_id`],
    isAfter: (position) => {
      const later = sql`row_id > ${position.id}::bigint`
      if (position.value === null) return sql<boolean>`(${value} is null and ${later})`
      const last = literalOf(column, position.value)
      const beyond = isUp ? sql`${value} > ${last}` : sql`${value} < ${last}`
      return sql<boolean>`(${beyond} or (${value} = ${last} and ${later}) or ${value} is null)`
    },
  }
}

function findColumn(columns: readonly DataColumn[], name: string): DataColumn {
  const column = columns.find((each) => each.name === name)
  if (column === undefined) throw invalidQuery(`The table has no column "${name}"`)
  return column
}

export function invalidQuery(message: string): TenonError {
  return new TenonError('DATA_QUERY_INVALID', message)
}
