import type { QueueReason, RunQueue } from '@tenon/core/api'
import type { Actor } from '@tenon/core/run'
import { sql } from 'kysely'
import type { RunLimits } from '../admission/queue-rows.ts'
import type { RuntimeTables } from '../postgres/tables.ts'
import type { Tx } from '../postgres/types.ts'
import type { StoredPause } from '../run-store.ts'
import { priorityOf } from './queue-entry.ts'

interface QueuedRuns {
  readonly tenantId: string
  readonly runIds: readonly string[]
  readonly limits: RunLimits
}

interface QueuedRow {
  readonly run_id: string
  readonly concurrency_key: string | null
  readonly max_in_progress: number | null
  readonly priority: number
  readonly tenant_paused: boolean
  readonly workflow_paused: boolean
  readonly group_in_progress: number
  readonly tenant_in_progress: number
  readonly group_position: number
  readonly workflow_position: number
  readonly tenant_position: number
}

/** Reads the positions of runs in the queue; see `RunReader.readQueue`. */
export async function selectQueue(
  tx: Tx<RuntimeTables>,
  schema: string,
  { tenantId, runIds, limits }: QueuedRuns,
): Promise<ReadonlyMap<string, RunQueue>> {
  if (runIds.length === 0) return new Map()
  const rows = sql.table(`${schema}.run_admissions`)
  const isPaused = (workflow: ReturnType<typeof sql>) => sql`exists (
    select from ${sql.table(`${schema}.run_gates`)} g where g.tenant_id = ${tenantId} and g.workflow_id = ${workflow})`
  const waiting = sql`q.tenant_id = ${tenantId} and q.admitted_at is null
    and (q.priority > a.priority or q.priority = a.priority and q.position <= a.position)`
  const found = await sql<QueuedRow>`
    select a.run_id, u.concurrency_key, a.max_in_progress, a.priority,
      ${isPaused(sql`''`)} as tenant_paused, ${isPaused(sql`a.workflow_id`)} as workflow_paused,
      (select count(*)::integer from ${rows} r where r.tenant_id = ${tenantId} and r.workflow_id = a.workflow_id
        and r.group_key = a.group_key and r.admitted_at is not null) as group_in_progress,
      (select count(*)::integer from ${rows} r where r.tenant_id = ${tenantId} and r.admitted_at is not null
        and not r.is_child) as tenant_in_progress,
      (select count(*)::integer from ${rows} q where ${waiting} and q.workflow_id = a.workflow_id
        and q.group_key = a.group_key) as group_position,
      (select count(*)::integer from ${rows} q where ${waiting} and q.workflow_id = a.workflow_id) as workflow_position,
      (select count(*)::integer from ${rows} q where ${waiting}) as tenant_position
    from ${rows} a join ${sql.table(`${schema}.runs`)} u on u.tenant_id = a.tenant_id and u.run_id = a.run_id
    where a.tenant_id = ${tenantId} and a.run_id = any(${[...runIds]}::text[]) and a.admitted_at is null`.execute(tx)
  return new Map(found.rows.map((row) => [row.run_id, queueOfRow(row, limits)]))
}

function queueOfRow(row: QueuedRow, { inProgress: tenantLimit }: RunLimits): RunQueue {
  const reason = reasonOfRow(row)
  const key = row.concurrency_key
  const common = { reason, key, priority: priorityOf(row.priority) }
  switch (reason) {
    case 'tenant_paused':
      return { ...common, position: row.tenant_position, inProgress: null, limit: null }
    case 'workflow_paused':
      return { ...common, position: row.workflow_position, inProgress: null, limit: null }
    case 'workflow_limit':
      return {
        ...common,
        position: row.group_position,
        inProgress: row.group_in_progress,
        limit: row.max_in_progress,
      }
    case 'tenant_limit':
      return {
        ...common,
        position: row.tenant_position,
        inProgress: row.tenant_in_progress,
        limit: tenantLimit !== undefined && Number.isFinite(tenantLimit) ? tenantLimit : null,
      }
  }
}

function reasonOfRow(row: QueuedRow): QueueReason {
  if (row.tenant_paused) return 'tenant_paused'
  if (row.workflow_paused) return 'workflow_paused'
  const { max_in_progress: limit, group_in_progress: inProgress, group_position: position } = row
  return limit !== null && inProgress + position > limit ? 'workflow_limit' : 'tenant_limit'
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
