import { type RawBuilder, type SqlBool, sql } from 'kysely'
import { databaseNow } from '../postgres/database-now.ts'
import type { RuntimeTables } from '../postgres/tables.ts'
import type { Tx } from '../postgres/types.ts'
import { type Quota, shareOut, type WaitingGroup } from './share-out.ts'

type Sql = RawBuilder<unknown>

/** Rows of work in the database: runs to drive, or nodes of a task queue to execute. */
export interface ClaimableRows {
  readonly table: 'run_ready' | 'node_dispatches'
  /** Columns of the primary key. */
  readonly key: readonly string[]
  /** Condition on a row `r` that no worker owns and that has work to do now; its index serves it. */
  readonly isFree: RawBuilder<SqlBool>
  /** Order of the rows of one group, the first to claim first. */
  readonly order: Sql
  /** Assignments of a claim besides the worker. */
  readonly claimed: Sql
  /** Assignments that make a row free again, besides the worker. */
  readonly freed: Sql
}

/** Runs with work to do. */
export const READY_RUNS: ClaimableRows = {
  table: 'run_ready',
  key: ['tenant_id', 'run_id'],
  isFree: sql<SqlBool>`r.worker_id is null and r.woken`,
  order: sql`r.priority desc, r.ready_at`,
  claimed: sql`woken = false`,
  freed: sql`woken = true`,
}

/** Nodes that wait in a task queue of their own; those between two attempts are not free. */
export const READY_DISPATCHES: ClaimableRows = {
  table: 'node_dispatches',
  key: ['tenant_id', 'run_id', 'node_run_id', 'pass'],
  isFree: sql<SqlBool>`r.worker_id is null and r.ready_at <= (extract(epoch from statement_timestamp()) * 1000)::bigint`,
  order: sql`r.ready_at`,
  claimed: sql`is_canceling = r.is_canceling`,
  freed: sql`ready_at = ${databaseNow}`,
}

export interface ClaimRequest {
  readonly schema: string
  readonly workerId: string
  /** Capabilities of the worker; rows that require more are for other workers. */
  readonly capabilities: readonly string[]
  /** Most rows to claim and to lock. */
  readonly capacity: number
  /** Tenant that was served last; the round continues after it. */
  readonly afterTenant: string
  /** Rows that the worker holds, by tenant. */
  readonly held: ReadonlyMap<string, number>
  /** Share of a tenant in relation to others. */
  readonly weightOf: (tenantId: string) => number
  /** Most rows of one tenant, with those that the worker holds. */
  readonly mostOfTenant: number
}

/** Claimed rows, with the tenant that was served last: where the next round begins. */
export interface Claimed<Row> {
  readonly rows: readonly Row[]
  readonly lastTenant: string | null
  /** True if other workers have claimed rows that were found: there may be more. */
  readonly isShort: boolean
}

/** Most groups that one claim reads; each is one step through the index. */
const MAX_GROUPS = 256

/**
 * Claims free rows for a worker: selects before locking, so that a claim locks only the rows that it gets, and
 * concurrent claims get different rows.
 *
 * Tenants and their requirements are found by skipping through the index, so that a long queue of one tenant costs no
 * more than a short one, and rows that this worker cannot execute are skipped as one group.
 *
 * @returns The keys of the rows, tenant by tenant in turn.
 */
export async function claimRows<Key extends { readonly tenant_id: string }>(
  tx: Tx<RuntimeTables>,
  claimable: ClaimableRows,
  request: ClaimRequest,
): Promise<Claimed<Key>> {
  const { capacity, held, weightOf, mostOfTenant } = request
  const groups = capacity > 0 ? await findGroups(tx, claimable, request) : []
  const quotas = shareOut(groups, { capacity, held, weightOf, mostOfTenant })
  if (quotas.length === 0) return { rows: [], lastTenant: null, isShort: false }
  const rows = await lockRows<Key>(tx, claimable, request, quotas)
  const wanted = quotas.reduce((sum, { quota }) => sum + quota, 0)
  return { rows, lastTenant: rows.at(-1)?.tenant_id ?? null, isShort: rows.length < wanted }
}

/**
 * Returns the SQL of the tenants and requirements of free rows: each group is one step through the index, and the
 * number of steps is that of the rows read.
 *
 * @param bounds - Condition on a row `r`.
 */
export function freeGroups(schema: string, { table, isFree }: ClaimableRows, bounds: Sql): Sql {
  const rows = sql.table(`${schema}.${table}`)
  return sql`
    (with recursive groups as (
      (select r.tenant_id, r.requires_key from ${rows} r where ${isFree} and ${bounds}
        order by r.tenant_id, r.requires_key limit 1)
      union all
      select n.tenant_id, n.requires_key from groups g cross join lateral (
        select r.tenant_id, r.requires_key from ${rows} r
        where ${isFree} and ${bounds} and (r.tenant_id, r.requires_key) > (g.tenant_id, g.requires_key)
        order by r.tenant_id, r.requires_key limit 1
      ) n
    )
    select tenant_id, requires_key from groups)`
}

async function findGroups(
  tx: Tx<RuntimeTables>,
  claimable: ClaimableRows,
  { schema, capabilities, capacity, afterTenant }: ClaimRequest,
): Promise<readonly WaitingGroup[]> {
  const { table, isFree } = claimable
  const rows = sql.table(`${schema}.${table}`)
  const found = await sql<{ tenant_id: string; requires_key: string; waiting: number }>`
    select g.tenant_id, g.requires_key, c.waiting
    from (
      ${freeGroups(schema, claimable, sql`r.tenant_id > ${afterTenant}`)}
      union all ${freeGroups(schema, claimable, sql`r.tenant_id <= ${afterTenant}`)}
    ) g
    cross join lateral (
      select count(*)::integer as waiting from (
        select from ${rows} r
        where ${isFree} and r.tenant_id = g.tenant_id and r.requires_key = g.requires_key limit ${capacity}
      ) w
    ) c
    where c.waiting > 0 and (g.requires_key = '' or exists (
      select from ${sql.table(`${schema}.run_requirements`)} q
      where q.tenant_id = g.tenant_id and q.requires_key = g.requires_key and q.capabilities <@ ${capabilities}::text[]
    ))
    limit ${MAX_GROUPS}`.execute(tx)
  return found.rows.map((row) => ({
    tenantId: row.tenant_id,
    requiresKey: row.requires_key,
    waiting: row.waiting,
  }))
}

async function lockRows<Key>(
  tx: Tx<RuntimeTables>,
  { table, key, isFree, order, claimed }: ClaimableRows,
  { schema, workerId }: ClaimRequest,
  quotas: readonly Quota[],
): Promise<readonly Key[]> {
  const rows = sql.table(`${schema}.${table}`)
  const columns = sql.join(key.map((column) => sql.ref(`r.${column}`)))
  const isSame = sql.join(
    key.map((column) => sql`${sql.ref(`r.${column}`)} = ${sql.ref(`p.${column}`)}`),
    sql` and `,
  )
  const found = await sql<Key & { readonly turn: number; readonly round: number }>`
    with picked as materialized (
      select c.*, t.turn, row_number() over (partition by t.turn) as round
      from unnest(
        ${quotas.map(({ tenantId }) => tenantId)}::text[],
        ${quotas.map(({ requiresKey }) => requiresKey)}::text[],
        ${quotas.map(({ quota }) => quota)}::integer[]
      ) with ordinality as t (tenant_id, requires_key, quota, turn)
      cross join lateral (
        select ${columns} from ${rows} r
        where ${isFree} and r.tenant_id = t.tenant_id and r.requires_key = t.requires_key
        order by ${order} limit t.quota for update skip locked
      ) c
    )
    update ${rows} r set worker_id = ${workerId}, ${claimed} from picked p where ${isSame}
    returning ${columns}, p.turn, p.round`.execute(tx)
  return [...found.rows].sort((a, b) => a.round - b.round || a.turn - b.turn)
}
