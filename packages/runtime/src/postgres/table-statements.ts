import { identifier } from './quote.ts'

/** Definition of a table of tenants; the column of the tenant and row-level security are added. */
export interface TableShape {
  /** Schema of the table, unquoted. */
  readonly schema: string
  /** Name of the table, unquoted. */
  readonly name: string
  /** Columns and constraints as SQL, without `tenant_id`, which comes first in every table. */
  readonly columns: string
  /** Keys after `tenant_id`; the primary key. */
  readonly key: readonly string[]
  /**
   * True for a table with ids, times and leases only, which `withSystem` reads across tenants. The catalog test lists
   * each.
   *
   * @defaultValue false
   */
  readonly isDispatch?: boolean
  /**
   * True for a table that appends of several tenants write in one statement, with their tenants in `tenon.batch`. The
   * catalog test lists each.
   *
   * @defaultValue false
   */
  readonly isBatched?: boolean
  /**
   * Further indexes: columns and condition as SQL, such as `(tenant_id, at) where at >= …`. One that begins with the
   * tenant needs a condition that a query must state to use the index, see `listCondition`. Without it, a cached plan of
   * a function may use the index instead of the primary key, since both cost the same on a small table, and reads all
   * rows of the tenant by it when the table is large.
   *
   * @defaultValue none
   */
  readonly indexes?: readonly string[]
  /** SQL after the closing parenthesis: storage options, partitioning. */
  readonly suffix?: string
}

/** Returns the statements that create a table of tenants: composite key, RLS enabled and forced, one policy. */
export function tenantTable(shape: TableShape): readonly string[] {
  const { schema, name, columns, key, isDispatch = false, isBatched = false, indexes = [], suffix = '' } = shape
  const table = `${identifier(schema)}.${identifier(name)}`
  const primaryKey = `primary key (${['tenant_id', ...key].map(identifier).join(', ')})`
  const body = columns.trim().replace(/,$/, '')
  return [
    `create table ${table} (\n  tenant_id text not null,\n  ${body},\n  ${primaryKey}\n) ${suffix}`,
    ...indexes.map((index) => `create index on ${table} ${index}`),
    ...forceRls(table, [OWN_TENANT, ...(isDispatch ? [EVERY_TENANT] : []), ...(isBatched ? [BATCH] : [])].join(' or ')),
  ]
}

/** Returns the statements that create a table without tenants, for `withSystem` only: RLS enabled and forced. */
export function systemTable(shape: { schema: string; name: string; columns: string }): readonly string[] {
  const table = `${identifier(shape.schema)}.${identifier(shape.name)}`
  return [`create table ${table} (\n  ${shape.columns.trim()}\n)`, ...forceRls(table, EVERY_TENANT)]
}

// The setting is stable, so it is read once per statement; a volatile function would be called for each row.
const OWN_TENANT = `tenant_id = current_setting('tenon.tenant', true)`
const EVERY_TENANT = `current_setting('tenon.tenant', true) = '*'`
// The tenants of a batch are the keys of a JSON object, read once per statement. The condition only filters: an index
// on the tenant is used by the condition of the statement itself.
const BATCH = `(select nullif(current_setting('tenon.batch', true), '')::jsonb) ? tenant_id`

function forceRls(table: string, condition: string): readonly string[] {
  return [
    `alter table ${table} enable row level security`,
    `alter table ${table} force row level security`,
    `create policy tenant on ${table} using (${condition}) with check (${condition})`,
  ]
}

/** Wraps statements that change the rows of all tenants: RLS does not apply to the owner during them. */
export function backfill(schema: string, name: string, statements: readonly string[]): readonly string[] {
  const table = `${identifier(schema)}.${identifier(name)}`
  return [
    `alter table ${table} no force row level security`,
    ...statements,
    `alter table ${table} force row level security`,
  ]
}
