import { sql } from 'kysely'
import { databaseNow, statementNow } from '../postgres/database-now.ts'
import { FIRST_WATCH_MS } from '../postgres/migrations/first-watch.ts'
import type { RuntimeTables } from '../postgres/tables.ts'
import type { Tx } from '../postgres/types.ts'
import { limitOf, type RunLimits, rateOf } from '../store/run-limits.ts'
import { releaseCollected } from './collecting-runs.ts'
import { decideAdmissions, type Lane } from './decide-admissions.ts'
import { countStarts } from './rate-starts.ts'
import { type LaneRef, type QueueFocus, readQueue, type TenantRoom } from './read-queue.ts'

type RuntimeTx = Tx<RuntimeTables>

/** A run that was admitted. */
export interface AdmittedRun {
  readonly runId: string
  readonly workflowId: string
}

/** A part of the queue of a tenant to decide about. */
export interface QueueToAdmit {
  readonly tenantId: string
  readonly limits: RunLimits
  readonly focus: QueueFocus
}

/** Result of {@link admitRuns}. */
export interface Admitted {
  readonly admitted: readonly AdmittedRun[]
  /** Rates that keep runs waiting. */
  readonly openings: readonly LaneOpening[]
  /** Last lane of the slice that was read; null at the end, or without one. */
  readonly last: LaneRef | null
}

/** Time until a rate allows the next start, or no further request is merged into a run. */
export interface LaneOpening {
  /** Null for the rate of the tenant. */
  readonly lane: LaneRef | null
  /** Run into which requests are merged until then; absent for a rate. */
  readonly runId?: string
  readonly inMs: number
}

/**
 * Admits the runs in a part of the queue that may start now; the caller holds the lock of the queue. In the same
 * transaction each gets what makes it start: a row in `run_ready` for any worker, or messages for Temporal.
 */
export async function admitRuns(tx: RuntimeTx, schema: string, part: QueueToAdmit): Promise<Admitted> {
  const { tenantId } = part
  const admitted: AdmittedRun[] = []
  let { focus } = part
  for (;;) {
    const { now, isPaused, hasCollected, ...room } = await readRoom(tx, schema, part)
    if (hasCollected) {
      const lanes = await releaseCollected(tx, schema, tenantId)
      focus = { ...focus, lanes: [...(focus.lanes ?? []), ...lanes] }
    }
    if (isPaused) return { admitted, openings: [], last: null }
    const { state, lanes, last } = await readQueue(tx, schema, { tenantId, focus, room, now })
    const { runIds, openings, isFinal } = decideAdmissions(state)
    const marked = runIds.length === 0 ? [] : await markAdmitted(tx, schema, part, runIds, now)
    admitted.push(...marked)
    // Those that are locked would be chosen again and again. Their locks may wait for this transaction.
    const isStuck = marked.length < runIds.length
    if (!isStuck && runIds.length > 0 && (!isFinal || isCut(runIds, state.lanes))) continue
    const refOf = new Map<Lane | null, LaneRef>(state.lanes.map((lane, index) => [lane, lanes[index] as LaneRef]))
    const waits = openings.map(({ lane, at }) => ({ lane: refOf.get(lane) ?? null, inMs: at - now }))
    return { admitted, openings: waits, last }
  }
}

/** Checks whether every run of a lane was admitted, so that more of it may wait than were read. */
function isCut(runIds: readonly string[], lanes: readonly Lane[]): boolean {
  const started = new Set(runIds)
  return lanes.some(({ waiting }) => waiting.every(({ runId }) => started.has(runId)))
}

/** Reads the time of the database, whether the tenant is paused, and the room that its limits leave. */
async function readRoom(
  tx: RuntimeTx,
  schema: string,
  { tenantId, limits }: QueueToAdmit,
): Promise<TenantRoom & { readonly now: number; readonly isPaused: boolean; readonly hasCollected: boolean }> {
  const limit = limitOf(limits)
  const rate = rateOf(limits)
  const inProgress =
    limit === null
      ? sql`0`
      : sql`(select count(*)::integer from ${sql.table(`${schema}.run_admissions`)} r
          where r.tenant_id = ${tenantId} and r.admitted_at is not null and not r.is_child)`
  const { rows } = await sql<{ now: number | string; is_paused: boolean; in_progress: number; has_collected: boolean }>`
    select ${databaseNow} as now, ${inProgress} as in_progress,
      exists (select from ${sql.table(`${schema}.run_admissions`)} c
        where c.tenant_id = ${tenantId} and c.collects_until <= ${statementNow}) as has_collected,
      exists (select from ${sql.table(`${schema}.run_gates`)} p
        where p.tenant_id = ${tenantId} and p.workflow_id = '') as is_paused`.execute(tx)
  const [found] = rows
  const now = Number(found?.now)
  const ofTenant = rate === null ? [] : [{ ...rate, workflowId: '', rateGroup: '' }]
  const [starts] = await countStarts(tx, schema, tenantId, ofTenant, now)
  return {
    now,
    isPaused: found?.is_paused === true,
    hasCollected: found?.has_collected === true,
    limit,
    inProgress: found?.in_progress ?? 0,
    rate: rate === null || starts === undefined ? null : { ...rate, ...starts },
  }
}

/**
 * A run that another transaction has locked, to cancel or to pause it, is left to the next sweep: an append that cancels
 * several locks them in its own order.
 */
async function markAdmitted(
  tx: RuntimeTx,
  schema: string,
  { tenantId, limits }: QueueToAdmit,
  runIds: readonly string[],
  now: number,
): Promise<readonly AdmittedRun[]> {
  const table = (name: string) => sql.table(`${schema}.${name}`)
  const admissions = table('run_admissions')
  const intervalMs = rateOf(limits)?.intervalMs ?? null
  const { rows } = await sql<{ run_id: string; workflow_id: string }>`
    with free as materialized (
      select run_id from ${admissions}
        where tenant_id = ${tenantId} and run_id = any(${[...runIds]}::text[]) and admitted_at is null
        for update skip locked
    ), admitted as (
      update ${admissions} a set admitted_at = ${now}::bigint from free
        where a.tenant_id = ${tenantId} and a.run_id = free.run_id
        returning a.run_id, a.workflow_id, a.engine, a.requires_key, a.priority, a.is_child, a.rate_key,
          a.rate_interval_ms
    ), counted (workflow_id, rate_key, run_id, interval_ms) as (
      select workflow_id, rate_key, run_id, rate_interval_ms from admitted where rate_interval_ms is not null
      union all
      select '', '', run_id, ${intervalMs}::bigint from admitted where ${intervalMs}::bigint is not null and not is_child
    ), numbered as (
      insert into ${table('run_starts')} (tenant_id, workflow_id, rate_key, n, at, run_id, until)
        select ${tenantId}, c.workflow_id, c.rate_key, coalesce(l.n, 0) + row_number() over (
            partition by c.workflow_id, c.rate_key order by array_position(${[...runIds]}::text[], c.run_id)),
          -- The times are in the order of the numbers, also if the clock was set back.
          greatest(${now}::bigint, l.at), c.run_id, greatest(${now}::bigint, l.at) + c.interval_ms
        from counted c left join lateral (
          select s.n, s.at from ${table('run_starts')} s
            where s.tenant_id = ${tenantId} and s.workflow_id = c.workflow_id and s.rate_key = c.rate_key
            order by s.n desc limit 1) l on true
    ), ready as (
      insert into ${table('run_ready')} (tenant_id, run_id, ready_at, woken, requires_key, priority)
        select ${tenantId}, run_id, ${databaseNow}, true, requires_key, priority from admitted
          where engine = 'embedded' order by run_id
        on conflict (tenant_id, run_id) do update set woken = true
    ), sent as (
      insert into ${table('outbox')} (tenant_id, run_id, kind, ready_at)
        select ${tenantId}, a.run_id, m.kind, ${databaseNow} + m.delay_ms
          from admitted a cross join (values ('start', 0), ('watch', ${sql.lit(FIRST_WATCH_MS)})) as m (kind, delay_ms)
          where a.engine = 'temporal' order by array_position(${[...runIds]}::text[], a.run_id)
    )
    select run_id, workflow_id from admitted`.execute(tx)
  // Those that no limit of runs in progress counts.
  await tx
    .deleteFrom('run_admissions')
    .where('tenant_id', '=', tenantId)
    .where('run_id', '=', sql<string>`any(${rows.map((row) => row.run_id)}::text[])`)
    .where('max_in_progress', 'is', null)
    .$if(limitOf(limits) !== null, (query) => query.where('is_child', '=', true))
    .execute()
  const order = new Map(runIds.map((runId, index) => [runId, index]))
  return rows
    .map((row) => ({ runId: row.run_id, workflowId: row.workflow_id }))
    .sort((a, b) => (order.get(a.runId) ?? 0) - (order.get(b.runId) ?? 0))
}
