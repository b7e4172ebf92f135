import type { NodeId, RunId, TenantId, WorkflowId } from '@tenon/core/document'
import { databaseNow, statementNow } from '@tenon/runtime/postgres'
import { sql } from 'kysely'
import type { ScheduleRow, ServerTx } from './server-tables.ts'
import type { TriggerRef } from './trigger-repository.ts'

/** A schedule that a process has claimed. */
export interface ClaimedSchedule extends TriggerRef {
  readonly revision: number
  readonly dueAt: number | null
  readonly waitingAt: number | null
  readonly lastRunId: RunId | null
}

/** Schedules that a process has claimed, and the time until the next one is due. */
export interface ClaimedSchedules {
  readonly claimed: readonly ClaimedSchedule[]
  /** Time of the database. */
  readonly now: number
  /** Time at which another one is due; `null` if there is none. */
  readonly nextWakeAt: number | null
}

/**
 * Claims the schedules that have been due for longest, and reads when the next one is due, in one statement. No other
 * process gets them before the lease ends.
 */
export async function claimSchedules(tx: ServerTx, limit: number, leaseMs: number): Promise<ClaimedSchedules> {
  const key = ['tenant_id', 'workflow_id', 'node_id'] as const
  const row = await tx
    .with(
      (name) => name('due').materialized(),
      (query) =>
        query
          .selectFrom('schedules')
          .select(key)
          .where('wake_at', '<=', statementNow)
          .orderBy('wake_at')
          .limit(sql.lit(limit))
          .forUpdate()
          .skipLocked(),
    )
    .with('claimed', (query) =>
      query
        .updateTable('schedules')
        .from('due')
        .set({ wake_at: sql<number>`${databaseNow} + ${leaseMs}::bigint` })
        .whereRef('schedules.tenant_id', '=', 'due.tenant_id')
        .whereRef('schedules.workflow_id', '=', 'due.workflow_id')
        .whereRef('schedules.node_id', '=', 'due.node_id')
        .returning([
          ...(['schedules.tenant_id', 'schedules.workflow_id', 'schedules.node_id', 'revision'] as const),
          ...(['due_at', 'waiting_at', 'last_run_id'] as const),
        ]),
    )
    .selectNoFrom((eb) => [
      databaseNow.as('now'),
      eb
        .selectFrom('schedules')
        .select((of) => of.fn.min('wake_at').as('first'))
        .where('wake_at', '>', statementNow)
        .as('next_wake_at'),
      eb.selectFrom('claimed').select(sql<readonly ClaimedRow[] | null>`json_agg(claimed)`.as('rows')).as('rows'),
    ])
    .executeTakeFirstOrThrow()
  const claimed = (row.rows ?? []).map((each) => ({
    ...{ tenantId: each.tenant_id, workflowId: each.workflow_id, nodeId: each.node_id, revision: each.revision },
    ...{ dueAt: each.due_at, waitingAt: each.waiting_at, lastRunId: each.last_run_id },
  }))
  return { claimed, now: row.now, nextWakeAt: row.next_wake_at }
}

type ClaimedRow = Omit<ScheduleRow, 'rule_hash' | 'wake_at'>

/** Reads the time of the database. */
export async function readDatabaseNow(tx: ServerTx): Promise<number> {
  const { now } = await tx.selectNoFrom(databaseNow.as('now')).executeTakeFirstOrThrow()
  return now
}

export async function findSchedule(tx: ServerTx, ref: TriggerRef): Promise<ScheduleRow | null> {
  return (await scheduleIn(tx, ref).executeTakeFirst()) ?? null
}

function scheduleIn(tx: ServerTx, { tenantId, workflowId, nodeId }: TriggerRef) {
  return schedulesOf(tx, tenantId, workflowId).where('node_id', '=', nodeId)
}

/** Returns the next time of the schedules of each workflow; one without any is missing. */
export async function readNextTimes(
  tx: ServerTx,
  tenantId: TenantId,
  workflowIds: readonly WorkflowId[],
): Promise<ReadonlyMap<WorkflowId, number>> {
  const rows = await tx
    .selectFrom('schedules')
    .select((eb) => ['workflow_id', eb.fn.min('due_at').as('due_at')])
    .where('tenant_id', '=', tenantId)
    .where('workflow_id', 'in', workflowIds)
    .where('due_at', 'is not', null)
    .groupBy('workflow_id')
    .execute()
  return new Map(rows.flatMap(({ workflow_id: id, due_at }) => (due_at === null ? [] : [[id, due_at] as const])))
}

/** Lists the schedules of a workflow; no other transaction changes them before this one ends. */
export async function lockSchedules(
  tx: ServerTx,
  tenantId: TenantId,
  workflowId: WorkflowId,
): Promise<readonly ScheduleRow[]> {
  return schedulesOf(tx, tenantId, workflowId).orderBy('node_id').forUpdate().execute()
}

/** Lists the schedules of a workflow. */
export async function listSchedules(
  tx: ServerTx,
  tenantId: TenantId,
  workflowId: WorkflowId,
): Promise<readonly ScheduleRow[]> {
  return schedulesOf(tx, tenantId, workflowId).execute()
}

function schedulesOf(tx: ServerTx, tenantId: TenantId, workflowId: WorkflowId) {
  return tx.selectFrom('schedules').selectAll().where('tenant_id', '=', tenantId).where('workflow_id', '=', workflowId)
}

/** Adds schedules, or replaces those that the caller has locked. */
export async function putSchedules(tx: ServerTx, rows: readonly ScheduleRow[]): Promise<void> {
  if (rows.length === 0) return
  await tx
    .insertInto('schedules')
    .values([...rows])
    .onConflict((conflict) =>
      conflict.columns(['tenant_id', 'workflow_id', 'node_id']).doUpdateSet((row) => ({
        revision: row.ref('excluded.revision'),
        rule_hash: row.ref('excluded.rule_hash'),
        due_at: row.ref('excluded.due_at'),
        waiting_at: row.ref('excluded.waiting_at'),
        wake_at: row.ref('excluded.wake_at'),
      })),
    )
    .execute()
}

/** Deletes the schedules of a workflow but for these. */
export async function deleteOtherSchedules(
  tx: ServerTx,
  tenantId: TenantId,
  workflowId: WorkflowId,
  kept: readonly NodeId[],
): Promise<void> {
  await tx
    .deleteFrom('schedules')
    .where('tenant_id', '=', tenantId)
    .where('workflow_id', '=', workflowId)
    .where('node_id', '!=', sql<string>`all(${kept}::text[])`)
    .execute()
}

/** State of a schedule after a process has worked on it. */
export type ScheduleProgress = Pick<ScheduleRow, 'due_at' | 'waiting_at' | 'wake_at' | 'last_run_id'>

/** Stores the progress of a claimed schedule, unless it was published, paused or advanced meanwhile. */
export async function advanceSchedule(
  tx: ServerTx,
  { tenantId, workflowId, nodeId, revision, dueAt, waitingAt }: ClaimedSchedule,
  progress: ScheduleProgress,
): Promise<void> {
  await tx
    .updateTable('schedules')
    .set(progress)
    .where('tenant_id', '=', tenantId)
    .where('workflow_id', '=', workflowId)
    .where('node_id', '=', nodeId)
    .where('revision', '=', revision)
    .where(sql<boolean>`(due_at, waiting_at) is not distinct from (${dueAt}::bigint, ${waitingAt}::bigint)`)
    .execute()
}

/** Has a claimed schedule claimed again after a while, since it could not be worked on. */
export async function putOffSchedule(
  tx: ServerTx,
  { tenantId, workflowId, nodeId, revision }: ClaimedSchedule,
  delayMs: number,
): Promise<void> {
  await tx
    .updateTable('schedules')
    .set({ wake_at: sql<number>`${databaseNow} + ${delayMs}::bigint` })
    .where('tenant_id', '=', tenantId)
    .where('workflow_id', '=', workflowId)
    .where('node_id', '=', nodeId)
    .where('revision', '=', revision)
    .where('wake_at', 'is not', null)
    .execute()
}

/**
 * Lists open runs that a schedule has started, but for one: its last run, and those of its last 100 times.
 *
 * @param lastRunId - Run that was started last: its event may have expired.
 */
export async function listOpenRuns(
  tx: ServerTx,
  { tenantId, workflowId, nodeId }: TriggerRef,
  lastRunId: RunId | null,
  except: RunId,
): Promise<readonly RunId[]> {
  const recent = await tx
    .selectFrom('trigger_events')
    .select('run_id')
    .where('tenant_id', '=', tenantId)
    .where('workflow_id', '=', workflowId)
    .where('node_id', '=', nodeId)
    .where('outcome', 'in', ['started', 'merged', 'deduplicated', 'pending'])
    .orderBy('at', 'desc')
    .limit(100)
    .execute()
  const ids = [...recent.map(({ run_id }) => run_id), lastRunId].filter((id) => id !== null && id !== except)
  if (ids.length === 0) return []
  const open = await tx
    .selectFrom('runs')
    .select('run_id')
    .where('tenant_id', '=', tenantId)
    .where('run_id', '=', sql<string>`any(${ids}::text[])`)
    .where('finished_at', 'is', null)
    .execute()
  return open.map(({ run_id }) => run_id)
}
