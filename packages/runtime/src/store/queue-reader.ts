import type { IsoInstant, QueueReason, RunQueue } from '@tenon/core/api'
import type { Actor } from '@tenon/core/run'
import { sql } from 'kysely'
import { databaseNow } from '../postgres/database-now.ts'
import type { RuntimeTables } from '../postgres/tables.ts'
import type { Tx } from '../postgres/types.ts'
import type { StoredPause } from '../run-store.ts'
import { priorityOf } from './queue-entry.ts'
import { limitOf, type RunLimits, rateOf } from './run-limits.ts'

interface QueuedRuns {
  readonly tenantId: string
  readonly runIds: readonly string[]
  readonly limits: RunLimits
}

interface QueuedRow {
  readonly run_id: string
  readonly concurrency_key: string | null
  readonly rate_key: string | null
  readonly max_in_progress: number | null
  readonly max_starts: number | null
  readonly rate_interval_ms: number | string | null
  readonly priority: number
  readonly tenant_paused: boolean
  readonly workflow_paused: boolean
  readonly group_in_progress: number
  readonly tenant_in_progress: number
  readonly started: number
  readonly tenant_started: number
  readonly starts_at: number | string | null
  readonly tenant_starts_at: number | string | null
  readonly group_position: number
  readonly rate_position: number
  readonly workflow_position: number
  readonly tenant_position: number
}

/** Reads the positions of runs in the queue; see `RunReader.readQueue`. The queue is read once for all of them. */
export async function selectQueue(
  tx: Tx<RuntimeTables>,
  schema: string,
  { tenantId, runIds, limits }: QueuedRuns,
): Promise<ReadonlyMap<string, RunQueue>> {
  if (runIds.length === 0) return new Map()
  const rows = sql.table(`${schema}.run_admissions`)
  const tenantRate = rateOf(limits)
  const isPaused = (workflow: ReturnType<typeof sql>) => sql`exists (
    select from ${sql.table(`${schema}.run_gates`)} g where g.tenant_id = ${tenantId} and g.workflow_id = ${workflow})`
  const rank = (by: ReturnType<typeof sql>) =>
    sql`(row_number() over (${by} order by q.priority desc, q.position))::integer`
  const ofRate = { workflow: sql`a.workflow_id`, key: sql`a.rate_key`, position: sql`a.rate_position` }
  const own = { ...ofRate, limit: sql`a.max_starts`, intervalMs: sql`a.rate_interval_ms` }
  const tenants = {
    ...{ workflow: sql`''`, key: sql`''`, position: sql`a.tenant_position` },
    limit: sql`${tenantRate?.limit ?? null}::integer`,
    intervalMs: sql`${tenantRate?.intervalMs ?? null}::bigint`,
  }
  const starts = { schema, tenantId }
  const found = await sql<QueuedRow>`
    with waiting as (
      select q.run_id, q.workflow_id, q.group_key, q.rate_key, q.max_in_progress, q.max_starts, q.rate_interval_ms,
        q.priority,
        ${rank(sql`partition by q.workflow_id, q.group_key`)} as group_position,
        ${rank(sql`partition by q.workflow_id, q.rate_key`)} as rate_position,
        ${rank(sql`partition by q.workflow_id`)} as workflow_position,
        ${rank(sql``)} as tenant_position
      from ${rows} q where q.tenant_id = ${tenantId} and q.admitted_at is null and q.collects_until is null
    )
    select a.run_id, u.concurrency_key, u.rate_key, a.max_in_progress, a.max_starts, a.rate_interval_ms, a.priority,
      a.group_position, a.rate_position, a.workflow_position, a.tenant_position,
      ${isPaused(sql`''`)} as tenant_paused, ${isPaused(sql`a.workflow_id`)} as workflow_paused,
      (select count(*)::integer from ${rows} r where r.tenant_id = ${tenantId} and r.workflow_id = a.workflow_id
        and r.group_key = a.group_key and r.admitted_at is not null) as group_in_progress,
      (select count(*)::integer from ${rows} r where r.tenant_id = ${tenantId} and r.admitted_at is not null
        and not r.is_child) as tenant_in_progress,
      ${startedIn(starts, own)} as started, ${startedIn(starts, tenants)} as tenant_started,
      ${startsAtOf(starts, own)} as starts_at, ${startsAtOf(starts, tenants)} as tenant_starts_at
    from waiting a join ${sql.table(`${schema}.runs`)} u on u.tenant_id = ${tenantId} and u.run_id = a.run_id
    where a.run_id = any(${[...runIds]}::text[])`.execute(tx)
  const collecting = await selectCollecting(tx, tenantId, runIds)
  const queues = found.rows.flatMap((row) => {
    const queue = queueOfRow(row, limits)
    return queue === null ? [] : [[row.run_id, queue] as const]
  })
  return new Map([...queues, ...collecting])
}

/** Reads the runs that wait for further requests. */
async function selectCollecting(
  tx: Tx<RuntimeTables>,
  tenantId: string,
  runIds: readonly string[],
): Promise<readonly (readonly [string, RunQueue])[]> {
  const rows = await tx
    .selectFrom('run_admissions')
    .select(['run_id', 'priority', 'collects_until', 'collect_key', 'collected'])
    .select(({ exists, selectFrom }) =>
      exists(
        selectFrom('run_gates as g')
          .select('g.workflow_id')
          .where('g.tenant_id', '=', tenantId)
          .where(({ eb, ref }) => eb('g.workflow_id', 'in', [eb.val(''), ref('run_admissions.workflow_id')])),
      ).as('is_paused'),
    )
    .where('tenant_id', '=', tenantId)
    .where('run_id', '=', sql<string>`any(${[...runIds]}::text[])`)
    .where('collects_until', 'is not', null)
    .execute()
  return rows.map((row) => {
    const facts = { position: 1, inProgress: null, limit: null, intervalMs: null, key: null }
    const { collected } = row
    // While a pause lasts, nothing starts at that time.
    const startsAt = row.is_paused === true ? null : instantOf(row.collects_until)
    const reason = row.collect_key?.startsWith('batching/') === true ? 'batching' : 'debounce'
    return [row.run_id, { reason, ...facts, startsAt, collected, priority: priorityOf(row.priority) }] as const
  })
}

interface StartsOf {
  readonly schema: string
  readonly tenantId: string
}

/** SQL of a rate, and of the position of a run among those that wait for it. */
interface RateColumns {
  readonly workflow: ReturnType<typeof sql>
  readonly key: ReturnType<typeof sql>
  readonly position: ReturnType<typeof sql>
  readonly limit: ReturnType<typeof sql>
  readonly intervalMs: ReturnType<typeof sql>
}

/** SQL of the number of the last start of a rate. */
function lastOf({ schema, tenantId }: StartsOf, { workflow, key }: RateColumns) {
  return sql`(select l.n from ${sql.table(`${schema}.run_starts`)} l where l.tenant_id = ${tenantId}
    and l.workflow_id = ${workflow} and l.rate_key = ${key} order by l.n desc limit 1)`
}

/** SQL of the count of starts of a rate in its interval, by the number of the first and that of the last one. */
function startedIn(starts: StartsOf, rate: RateColumns) {
  const { workflow, key, intervalMs } = rate
  return sql`coalesce(${lastOf(starts, rate)} + 1 - (select s.n from ${sql.table(`${starts.schema}.run_starts`)} s
    where s.tenant_id = ${starts.tenantId} and s.workflow_id = ${workflow} and s.rate_key = ${key}
      and s.at > ${databaseNow} - ${intervalMs} order by s.at, s.n limit 1), 0)::integer`
}

/**
 * SQL of the instant at which a rate allows the start of a run: the start before it by the limit, or by a multiple of it,
 * and as many intervals later.
 */
function startsAtOf(starts: StartsOf, rate: RateColumns) {
  const { workflow, key, position, limit, intervalMs } = rate
  return sql`(select s.at from ${sql.table(`${starts.schema}.run_starts`)} s where s.tenant_id = ${starts.tenantId}
      and s.workflow_id = ${workflow} and s.rate_key = ${key}
      and s.n = ${lastOf(starts, rate)} + 1 - ${limit} + (${position} - 1) % ${limit})
    + ((${position} - 1) / ${limit} + 1) * ${intervalMs}`
}

type LimitReason = Exclude<QueueReason, 'debounce' | 'batching'>

function queueOfRow(row: QueuedRow, limits: RunLimits): RunQueue | null {
  const reason = reasonOfRow(row, limits)
  if (reason === null) return null
  const { group_in_progress: inProgress, max_in_progress: limit } = row
  const common = {
    reason,
    key: row.concurrency_key,
    priority: priorityOf(row.priority),
    intervalMs: null,
    startsAt: null,
    collected: null,
  }
  switch (reason) {
    case 'tenant_paused':
      return { ...common, position: row.tenant_position, inProgress: null, limit: null }
    case 'workflow_paused':
      return { ...common, position: row.workflow_position, inProgress: null, limit: null }
    case 'workflow_limit':
      return { ...common, position: row.group_position, inProgress, limit }
    case 'workflow_rate': {
      const rate = {
        limit: row.max_starts,
        intervalMs: Number(row.rate_interval_ms),
        startsAt: instantOf(row.starts_at),
      }
      return { ...common, position: row.rate_position, inProgress: null, key: row.rate_key, ...rate }
    }
    case 'tenant_limit':
      return { ...common, position: row.tenant_position, inProgress: row.tenant_in_progress, limit: limitOf(limits) }
    case 'tenant_rate': {
      const { limit: most = null, intervalMs = null } = rateOf(limits) ?? {}
      const rate = { limit: most, intervalMs, startsAt: instantOf(row.tenant_starts_at) }
      return { ...common, position: row.tenant_position, inProgress: null, key: null, ...rate }
    }
  }
}

function instantOf(at: number | string | null): IsoInstant | null {
  return at === null ? null : new Date(Number(at)).toISOString()
}

/** Returns the first reason that applies; null for a run that may start now. */
function reasonOfRow(row: QueuedRow, limits: RunLimits): LimitReason | null {
  if (row.tenant_paused) return 'tenant_paused'
  if (row.workflow_paused) return 'workflow_paused'
  if (isBeyond(row.max_in_progress, row.group_in_progress + row.group_position)) return 'workflow_limit'
  if (isBeyond(row.max_starts, row.started + row.rate_position)) return 'workflow_rate'
  if (isBeyond(limitOf(limits), row.tenant_in_progress + row.tenant_position)) return 'tenant_limit'
  return isBeyond(rateOf(limits)?.limit ?? null, row.tenant_started + row.tenant_position) ? 'tenant_rate' : null
}

function isBeyond(limit: number | null, count: number): boolean {
  return limit !== null && count > limit
}

/** Counts the runs of a tenant in the queue and in progress; see `RunReader.countRuns`. */
export async function countRuns(
  tx: Tx<RuntimeTables>,
  tenantId: string,
): Promise<{ readonly queued: number; readonly inProgress: number }> {
  const counted = await tx
    .selectFrom('run_admissions')
    .select((eb) => [
      eb.fn.countAll<number>().filterWhere('admitted_at', 'is', null).as('queued'),
      eb.fn
        .countAll<number>()
        .filterWhere('admitted_at', 'is not', null)
        .filterWhere('is_child', '=', false)
        .as('in_progress'),
    ])
    .where('tenant_id', '=', tenantId)
    .executeTakeFirstOrThrow()
  return { queued: Number(counted.queued), inProgress: Number(counted.in_progress) }
}

/** Reads pauses by workflow id; see `RunReader.readPauses`. */
export async function selectPauses(
  tx: Tx<RuntimeTables>,
  tenantId: string,
  workflowIds: readonly string[],
): Promise<ReadonlyMap<string, StoredPause>> {
  if (workflowIds.length === 0) return new Map()
  const rows = await tx
    .selectFrom('run_gates')
    .select(['workflow_id', 'paused_at', 'paused_by'])
    .where('tenant_id', '=', tenantId)
    .where('workflow_id', '=', sql<string>`any(${[...workflowIds]}::text[])`)
    .execute()
  return new Map(
    rows.map((row) => [row.workflow_id, { at: Number(row.paused_at), actor: JSON.parse(row.paused_by) as Actor }]),
  )
}
