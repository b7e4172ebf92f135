import { sql } from 'kysely'
import { databaseNow } from '../postgres/database-now.ts'
import { FIRST_WATCH_MS } from '../postgres/migrations/first-watch.ts'
import type { RuntimeTables } from '../postgres/tables.ts'
import type { Tx } from '../postgres/types.ts'
import { decideAdmissions, type QueueState, type RunGroup } from './decide-admissions.ts'

type RuntimeTx = Tx<RuntimeTables>

/** Limits of one tenant. */
export interface RunLimits {
  /** Most runs in progress at once; more wait in the queue. @defaultValue no limit */
  readonly inProgress?: number
  /** Most runs that wait in the queue; more are refused with `RUN_QUEUE_FULL`. @defaultValue 10_000 */
  readonly queued?: number
}

/** A run that was admitted. */
export interface AdmittedRun {
  readonly runId: string
  readonly workflowId: string
}

/** Seed of the hash that names the lock of a queue, so that it differs from locks of the host for the same text. */
const QUEUE_LOCK = 7_302
/** Most runs of one group that are admitted at once. */
const MAX_OF_GROUP = 500

/**
 * Locks the queue of a tenant until the end of the transaction, so that decisions about it never overlap. No append
 * takes it. A transaction that has it may wait for an append that stores the same plan or payload, but never for a row
 * of the queue, which an append locks to cancel a child: it skips such rows.
 */
export async function lockQueue(tx: RuntimeTx, tenantId: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${tenantId}, ${QUEUE_LOCK}))`.execute(tx)
}

/** Counts the runs of a tenant that wait in the queue, up to a number. */
export async function countQueued(tx: RuntimeTx, schema: string, tenantId: string, most: number): Promise<number> {
  const rows = sql.table(`${schema}.run_admissions`)
  const { rows: found } = await sql<{ count: number }>`select count(*)::integer as count from (
    select from ${rows} where tenant_id = ${tenantId} and admitted_at is null limit ${most}) as q`.execute(tx)
  return found[0]?.count ?? 0
}

/** Counts the runs in progress that count against the limit of a tenant. */
async function countInProgress(tx: RuntimeTx, tenantId: string): Promise<number> {
  const { count } = await tx
    .selectFrom('run_admissions')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('tenant_id', '=', tenantId)
    .where('admitted_at', 'is not', null)
    .where('is_child', '=', false)
    .executeTakeFirstOrThrow()
  return Number(count)
}

/**
 * Admits the runs of a tenant that may start now; the caller holds the lock of its queue. In the same transaction each
 * gets what makes it start: a row in `run_ready` for any worker, or messages for Temporal.
 */
export async function admitRuns(
  tx: RuntimeTx,
  schema: string,
  tenantId: string,
  limits: RunLimits,
): Promise<readonly AdmittedRun[]> {
  const admitted: AdmittedRun[] = []
  const limit = limits.inProgress !== undefined && Number.isFinite(limits.inProgress) ? limits.inProgress : null
  for (;;) {
    if (!(await mayAdmit(tx, schema, tenantId, limit))) return admitted
    const state = await readQueue(tx, schema, tenantId, limit)
    const runIds = decideAdmissions(state)
    if (runIds.length === 0) return admitted
    const marked = await markAdmitted(tx, schema, tenantId, runIds, limit !== null)
    admitted.push(...marked)
    // Those that are locked would be chosen again and again. Their locks may wait for this transaction.
    if (marked.length < runIds.length) return admitted
    // Only a full group may have more to admit.
    if (state.groups.every(({ waiting }) => waiting.length < MAX_OF_GROUP)) return admitted
  }
}

/**
 * Checks what is quick to know, so that a start costs little while its queue is long and nothing of it can be admitted: the
 * tenant is paused, or has no room and no children wait.
 */
async function mayAdmit(tx: RuntimeTx, schema: string, tenantId: string, limit: number | null): Promise<boolean> {
  const rows = sql.table(`${schema}.run_admissions`)
  const { rows: found } = await sql<{ is_paused: boolean; has_room: boolean }>`select
    exists (select from ${sql.table(`${schema}.run_gates`)} p
      where p.tenant_id = ${tenantId} and p.workflow_id = '') as is_paused,
    ${limit}::bigint is null
      or (select count(*) from ${rows} r
        where r.tenant_id = ${tenantId} and r.admitted_at is not null and not r.is_child) < ${limit}::bigint
      or exists (select from ${rows} r
        where r.tenant_id = ${tenantId} and r.admitted_at is null and r.is_child) as has_room`.execute(tx)
  return found[0]?.is_paused === false && found[0].has_room
}

interface QueueRow {
  readonly workflow_id: string
  readonly group_key: string
  readonly is_paused: boolean
  readonly in_progress: number
  readonly run_id: string
  readonly max_in_progress: number | null
  readonly priority: number
  readonly position: number | string
  readonly is_child: boolean
}

/** Reads the queue: each group is one step through the index, whatever the number of its runs. */
async function readQueue(tx: RuntimeTx, schema: string, tenantId: string, limit: number | null): Promise<QueueState> {
  const rows = sql.table(`${schema}.run_admissions`)
  const gates = sql.table(`${schema}.run_gates`)
  const found = await sql<QueueRow>`
    with recursive groups as (
      (select r.workflow_id, r.group_key from ${rows} r
        where r.tenant_id = ${tenantId} and r.admitted_at is null
        order by r.workflow_id, r.group_key limit 1)
      union all
      select n.workflow_id, n.group_key from groups g cross join lateral (
        select r.workflow_id, r.group_key from ${rows} r
        where r.tenant_id = ${tenantId} and r.admitted_at is null
          and (r.workflow_id, r.group_key) > (g.workflow_id, g.group_key)
        order by r.workflow_id, r.group_key limit 1
      ) n
    )
    select g.workflow_id, g.group_key,
      exists (select from ${gates} p where p.tenant_id = ${tenantId} and p.workflow_id in ('', g.workflow_id)) as is_paused,
      (select count(*)::integer from ${rows} r where r.tenant_id = ${tenantId} and r.workflow_id = g.workflow_id
        and r.group_key = g.group_key and r.admitted_at is not null) as in_progress,
      q.run_id, q.max_in_progress, q.priority, q.position, q.is_child
    from groups g cross join lateral (
      select r.run_id, r.max_in_progress, r.priority, r.position, r.is_child from ${rows} r
      where r.tenant_id = ${tenantId} and r.workflow_id = g.workflow_id and r.group_key = g.group_key
        and r.admitted_at is null
      order by r.priority desc, r.position limit ${MAX_OF_GROUP}
    ) q
    order by g.workflow_id, g.group_key, q.priority desc, q.position`.execute(tx)
  const isPaused = found.rows.length > 0 && found.rows.every((row) => row.is_paused)
  const inProgress = limit === null || found.rows.length === 0 ? 0 : await countInProgress(tx, tenantId)
  return { isPaused, limit, inProgress, groups: groupsOf(found.rows) }
}

function groupsOf(rows: readonly QueueRow[]): readonly RunGroup[] {
  const groups = new Map<string, QueueRow[]>()
  for (const row of rows) {
    const name = `${row.workflow_id}\n${row.group_key}`
    const group = groups.get(name)
    if (group === undefined) groups.set(name, [row])
    else group.push(row)
  }
  return [...groups.values()].map((group) => ({
    isPaused: group[0]?.is_paused === true,
    inProgress: group[0]?.in_progress ?? 0,
    waiting: group.map((row) => ({
      runId: row.run_id,
      limit: row.max_in_progress,
      priority: row.priority,
      position: Number(row.position),
      isChild: row.is_child,
    })),
  }))
}

/**
 * A run that another transaction has locked, to cancel or to pause it, is left to the next sweep: an append that cancels
 * several locks them in its own order.
 */
async function markAdmitted(
  tx: RuntimeTx,
  schema: string,
  tenantId: string,
  runIds: readonly string[],
  countsForTenant: boolean,
): Promise<readonly AdmittedRun[]> {
  const table = (name: string) => sql.table(`${schema}.${name}`)
  const admissions = table('run_admissions')
  const { rows } = await sql<{ run_id: string; workflow_id: string }>`
    with free as materialized (
      select run_id from ${admissions}
        where tenant_id = ${tenantId} and run_id = any(${[...runIds]}::text[]) and admitted_at is null
        for update skip locked
    ), admitted as (
      update ${admissions} a set admitted_at = ${databaseNow} from free
        where a.tenant_id = ${tenantId} and a.run_id = free.run_id
        returning a.run_id, a.workflow_id, a.engine, a.requires_key, a.priority
    ), ready as (
      insert into ${table('run_ready')} (tenant_id, run_id, ready_at, woken, requires_key, priority)
        select ${tenantId}, run_id, ${databaseNow}, true, requires_key, priority from admitted
          where engine = 'embedded' order by run_id
        on conflict (tenant_id, run_id) do update set woken = true
    ), sent as (
      insert into ${table('outbox')} (tenant_id, run_id, kind, ready_at)
        select ${tenantId}, a.run_id, m.kind, ${databaseNow} + m.delay_ms
          from admitted a cross join (values ('start', 0), ('watch', ${sql.lit(FIRST_WATCH_MS)})) as m (kind, delay_ms)
          where a.engine = 'temporal' order by a.run_id
    )
    select run_id, workflow_id from admitted`.execute(tx)
  // Those that no limit counts.
  await tx
    .deleteFrom('run_admissions')
    .where('tenant_id', '=', tenantId)
    .where('run_id', '=', sql<string>`any(${rows.map((row) => row.run_id)}::text[])`)
    .where('max_in_progress', 'is', null)
    .$if(countsForTenant, (query) => query.where('is_child', '=', true))
    .execute()
  const order = new Map(runIds.map((runId, index) => [runId, index]))
  return rows
    .map((row) => ({ runId: row.run_id, workflowId: row.workflow_id }))
    .sort((a, b) => (order.get(a.runId) ?? 0) - (order.get(b.runId) ?? 0))
}
