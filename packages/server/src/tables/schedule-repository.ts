import type { NodeId, RunId, TenantId, WorkflowId } from '@tenon/core/document'
import { databaseNow, statementNow } from '@tenon/runtime/postgres'
import { sql } from 'kysely'
import type { ServerTx } from './server-tables.ts'
import type { TriggerRef } from './trigger-repository.ts'
import { RUN_OF_SCHEDULE, type ScheduleRow } from './trigger-tables.ts'

/** A schedule that a process has claimed. */
export interface ClaimedSchedule extends TriggerRef {
  readonly revision: number
  /** Number of the claim, which no later one has. */
  readonly claim: number
  readonly dueAt: number | null
  readonly waitingAt: number | null
  readonly lastRunId: RunId | null
  readonly failingFrom: number | null
}

/** Schedules that a process has claimed, and the time until the next one is due. */
export interface ClaimedSchedules {
  readonly claimed: readonly ClaimedSchedule[]
  /** Time of the database. */
  readonly now: number
  /** Time at which another one is due; `null` if there is none. */
  readonly nextWakeAt: number | null
}

/** Room of a process for schedules, or for polls. */
export interface ClaimRoom {
  readonly of: 'times' | 'polls'
  /** Schedules to claim. */
  readonly most: number
  /** Schedules of one tenant that the process works on at once. */
  readonly mostOfTenant: number
  /** Number that it works on already, for each tenant. */
  readonly inProgress: ReadonlyMap<TenantId, number>
  readonly leaseMs: number
}

/** Schedules of a kind that have been due for longest, among which tenants take turns. */
const LOOKED_THROUGH = 200

/**
 * Claims schedules or polls that are due, and reads when the next one of both is, in one statement. A poll is what has no
 * times. Tenants take turns, so one with much to do holds no other up. No other process gets them before the lease ends.
 */
export async function claimSchedules(
  tx: ServerTx,
  { of, most, mostOfTenant, inProgress, leaseMs }: ClaimRoom,
): Promise<ClaimedSchedules> {
  const key = ['tenant_id', 'workflow_id', 'node_id'] as const
  const busy = [...inProgress].flatMap(([tenantId, count]) => (count >= mostOfTenant ? [tenantId] : []))
  const used = JSON.stringify(Object.fromEntries(inProgress))
  const turn = sql<number>`row_number() over (partition by tenant_id order by wake_at)
    + coalesce((${used}::jsonb ->> tenant_id)::int, 0)`
  const row = await tx
    .with('ranked', (query) =>
      query
        .selectFrom((eb) =>
          eb
            .selectFrom('schedules')
            .select([...key, 'wake_at'])
            .where('wake_at', '<=', statementNow)
            .where('tenant_id', '!=', sql<string>`all(${busy}::text[])`)
            .where(sql<boolean>`(due_at is null and waiting_at is null) = ${sql.lit(of === 'polls')}`)
            .orderBy('wake_at')
            .limit(sql.lit(LOOKED_THROUGH))
            .as('oldest'),
        )
        .select([...key, 'wake_at', turn.as('turn')]),
    )
    .with(
      (name) => name('due').materialized(),
      (query) =>
        query
          .selectFrom('schedules')
          .innerJoin('ranked', (join) =>
            join
              .onRef('ranked.tenant_id', '=', 'schedules.tenant_id')
              .onRef('ranked.workflow_id', '=', 'schedules.workflow_id')
              .onRef('ranked.node_id', '=', 'schedules.node_id'),
          )
          .select(['schedules.tenant_id', 'schedules.workflow_id', 'schedules.node_id'])
          .where('ranked.turn', '<=', sql.lit(mostOfTenant))
          // Another process may have claimed it since.
          .where('schedules.wake_at', '<=', statementNow)
          .orderBy('ranked.turn')
          .orderBy('ranked.wake_at')
          .limit(sql.lit(most))
          .forUpdate('schedules')
          .skipLocked(),
    )
    .with('claimed', (query) =>
      query
        .updateTable('schedules')
        .from('due')
        .set({ wake_at: inMs(leaseMs), claim: sql`schedules.claim + 1` })
        .whereRef('schedules.tenant_id', '=', 'due.tenant_id')
        .whereRef('schedules.workflow_id', '=', 'due.workflow_id')
        .whereRef('schedules.node_id', '=', 'due.node_id')
        .returning([
          ...(['schedules.tenant_id', 'schedules.workflow_id', 'schedules.node_id', 'revision', 'claim'] as const),
          ...(['due_at', 'waiting_at', 'last_run_id', 'failing_from'] as const),
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
    ...{ claim: each.claim, dueAt: each.due_at, waitingAt: each.waiting_at, lastRunId: each.last_run_id },
    failingFrom: each.failing_from,
  }))
  return { claimed, now: row.now, nextWakeAt: row.next_wake_at }
}

type ClaimedRow = Omit<ScheduleRow, 'rule_hash' | 'wake_at' | 'poll_type'>

const inMs = (ms: number) => sql<number>`${databaseNow} + ${ms}::bigint`

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

/** Finds a schedule; no other transaction changes it before this one ends. */
export async function lockSchedule(tx: ServerTx, ref: TriggerRef): Promise<ScheduleRow | null> {
  return (await scheduleIn(tx, ref).forUpdate().executeTakeFirst()) ?? null
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
        failing_from: row.ref('excluded.failing_from'),
        poll_type: row.ref('excluded.poll_type'),
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

/** State of a schedule that a process works on. */
export type ScheduleProgress = Pick<ScheduleRow, 'due_at' | 'waiting_at' | 'last_run_id'>

/** A process has lost its claim: the schedule was published, paused or deleted, or its lease has ended and another has it. */
export class ClaimLost extends Error {
  override readonly name = 'ClaimLost'
}

/**
 * Stores the progress of a claimed schedule, holds its row until the transaction ends, and renews the lease.
 *
 * @returns Time of the database.
 * @throws {@link ClaimLost}
 */
export async function holdClaim(
  tx: ServerTx,
  claimed: ClaimedSchedule,
  progress: ScheduleProgress,
  leaseMs: number,
): Promise<number> {
  const row = await updateClaimed(tx, claimed)
    .set({ ...progress, wake_at: inMs(leaseMs) })
    .returning(databaseNow.as('now'))
    .executeTakeFirst()
  if (row === undefined) throw new ClaimLost('Another process works on the schedule, or it has changed')
  return row.now
}

/**
 * Ends the work on a claimed schedule, unless the claim is lost.
 *
 * @param wakeAt - Time at which a process looks at it again: at once if it has passed, after schedules that are due by then.
 */
export async function releaseSchedule(
  tx: ServerTx,
  claimed: ClaimedSchedule,
  progress: ScheduleProgress,
  wakeAt: number | null,
): Promise<void> {
  await updateClaimed(tx, claimed)
    .set({ ...progress, wake_at: sql<number>`greatest(${wakeAt}::bigint, ${databaseNow})`, failing_from: null })
    .$if(wakeAt === null, (query) => query.set({ wake_at: null }))
    .execute()
}

/** Has a claimed schedule claimed again after a while, since it could not be worked on for a fault of the server. */
export async function putOffSchedule(tx: ServerTx, claimed: ClaimedSchedule, delayMs: number): Promise<void> {
  await updateClaimed(tx, claimed)
    .set({ wake_at: inMs(delayMs), failing_from: sql<number>`coalesce(failing_from, due_at - 1)` })
    .where('wake_at', 'is not', null)
    .execute()
}

function updateClaimed(tx: ServerTx, { tenantId, workflowId, nodeId, revision, claim }: ClaimedSchedule) {
  return tx
    .updateTable('schedules')
    .where('tenant_id', '=', tenantId)
    .where('workflow_id', '=', workflowId)
    .where('node_id', '=', nodeId)
    .where('revision', '=', revision)
    .where('claim', '=', claim)
}

/** A run in progress of an earlier time of a schedule. */
export interface OpenRun {
  readonly runId: RunId
  /** Null for the run that was started last, whose event has expired. */
  readonly dueAt: number | null
}

/**
 * Lists open runs that times of a schedule have started, but for one: its last run, and those of its last 100 times. Runs
 * that people have started for past times are none of them.
 *
 * @param lastRunId - Run that was started last: its event may have expired.
 */
export async function listOpenRuns(
  tx: ServerTx,
  { tenantId, workflowId, nodeId }: TriggerRef,
  lastRunId: RunId | null,
  except: RunId,
): Promise<readonly OpenRun[]> {
  const recent = await tx
    .selectFrom('trigger_events')
    .select(['run_id', 'due_at'])
    .where('tenant_id', '=', tenantId)
    .where('workflow_id', '=', workflowId)
    .where('node_id', '=', nodeId)
    .where(sql<boolean>`${sql.raw(RUN_OF_SCHEDULE)}`)
    .orderBy('due_at', 'desc')
    .limit(100)
    .execute()
  const times = new Map<RunId, number | null>(lastRunId === null ? [] : [[lastRunId, null]])
  for (const { run_id, due_at } of recent) if (run_id !== null) times.set(run_id, due_at)
  times.delete(except)
  if (times.size === 0) return []
  const open = await tx
    .selectFrom('runs')
    .select('run_id')
    .where('tenant_id', '=', tenantId)
    .where('run_id', '=', sql<string>`any(${[...times.keys()]}::text[])`)
    .where('finished_at', 'is', null)
    .execute()
  return open.map(({ run_id }) => ({ runId: run_id, dueAt: times.get(run_id) ?? null }))
}

/**
 * Lists the tenants with polls of a node type that are not due yet: those, unlike schedules, have no times. A poll that a
 * process of an earlier version has published says no type, and may be of any. For `withSystem`.
 */
export async function listPollingTenants(tx: ServerTx, nodeType: string): Promise<readonly TenantId[]> {
  const rows = await tx
    .selectFrom('schedules')
    .select('tenant_id')
    .distinct()
    .where('due_at', 'is', null)
    .where('waiting_at', 'is', null)
    .where('wake_at', '>', statementNow)
    .where((eb) => eb.or([eb('poll_type', '=', nodeType), eb('poll_type', 'is', null)]))
    .execute()
  return rows.map(({ tenant_id }) => tenant_id)
}

/**
 * Polls of a node type that are not due yet, without those in a pause after a failure, or while they wait for room. One
 * without a state is in its first poll.
 */
function pollsToHurry(tx: ServerTx, nodeType: string) {
  return tx
    .selectFrom('schedules')
    .innerJoin('triggers', (join) =>
      join
        .onRef('triggers.tenant_id', '=', 'schedules.tenant_id')
        .onRef('triggers.workflow_id', '=', 'schedules.workflow_id')
        .onRef('triggers.node_id', '=', 'schedules.node_id'),
    )
    .leftJoin('polls', (join) =>
      join
        .onRef('polls.tenant_id', '=', 'schedules.tenant_id')
        .onRef('polls.workflow_id', '=', 'schedules.workflow_id')
        .onRef('polls.node_id', '=', 'schedules.node_id'),
    )
    .where('triggers.kind', '=', 'poll')
    .where('triggers.node_type', '=', nodeType)
    .where('schedules.wake_at', '>', statementNow)
    .where((eb) =>
      eb.or([
        eb('schedules.wake_at', 'is distinct from', eb.ref('polls.next_at')),
        eb.and([eb('polls.failures', '=', 0), eb('polls.waits', '=', 0)]),
      ]),
    )
}

/**
 * Makes the polls of a node type of a tenant due now. One that a process works on is left: it may have read the source before.
 * One that is paused after a failure keeps its pause: notifications must not use up its attempts.
 *
 * @returns True if there is such a one.
 */
export async function hurryPolls(tx: ServerTx, tenantId: TenantId, nodeType: string): Promise<boolean> {
  const polls = pollsToHurry(tx, nodeType).where('schedules.tenant_id', '=', tenantId)
  const idle = await polls
    .select(['schedules.workflow_id', 'schedules.node_id'])
    .whereRef('schedules.wake_at', '=', 'polls.next_at')
    .forUpdate('schedules')
    .skipLocked()
    .execute()
  for (const { workflow_id, node_id } of idle) {
    await tx
      .updateTable('schedules')
      .set({ wake_at: sql<number>`${databaseNow}` })
      .where('tenant_id', '=', tenantId)
      .where('workflow_id', '=', workflow_id)
      .where('node_id', '=', node_id)
      .execute()
  }
  const busy = await polls.select('schedules.node_id').limit(1).executeTakeFirst()
  return busy !== undefined
}
