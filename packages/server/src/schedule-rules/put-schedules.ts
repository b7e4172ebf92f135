import {
  isSecretMarker,
  type JsonObject,
  type NodeId,
  sha256Hex,
  type TenantId,
  type WorkflowId,
} from '@tenon/core/document'
import { type ScheduleParams, scheduleParams } from '@tenon/core/node'
import { clearFailures } from '../tables/poll-repository.ts'
import {
  deleteOtherSchedules,
  lockSchedule,
  lockSchedules,
  putSchedules,
  readDatabaseNow,
} from '../tables/schedule-repository.ts'
import type { ServerTx } from '../tables/server-tables.ts'
import { insertTimes } from '../tables/trigger-event-repository.ts'
import { listTriggerRows, type TriggerRef } from '../tables/trigger-repository.ts'
import type { ScheduleRow, TriggerRow } from '../tables/trigger-tables.ts'
import { createScheduleTimes } from './schedule-times.ts'
import { timeEventId } from './time-names.ts'

/** Names a workflow. */
interface WorkflowOfSchedules {
  readonly tenantId: TenantId
  readonly workflowId: WorkflowId
}

/**
 * Makes the next times of the schedules of a workflow fit its triggers, in the transaction that has changed them and holds
 * the workflow. A schedule whose times have not changed stays as it is, also one that a process works on in this moment. Of
 * others, times that are due or wait are listed as skipped.
 */
export async function putVersionSchedules(tx: ServerTx, { tenantId, workflowId }: WorkflowOfSchedules): Promise<void> {
  const triggers = await listTriggerRows(tx, tenantId, workflowId)
  const wanted = triggers.filter(isTimed)
  const before = new Map((await lockSchedules(tx, tenantId, workflowId)).map((row) => [row.node_id, row]))
  if (wanted.length === 0 && before.size === 0) return
  const now = await readDatabaseNow(tx)
  const nodeIds = wanted.map(({ node_id }) => node_id)
  for (const row of before.values()) {
    if (!nodeIds.includes(row.node_id)) await skipPassed(tx, row, now, 'ended')
  }
  await deleteOtherSchedules(tx, tenantId, workflowId, nodeIds)
  const changed: ScheduleRow[] = []
  const corrected: NodeId[] = []
  for (const trigger of wanted) {
    const { node_id, paused_at } = trigger
    const row = before.get(node_id) ?? null
    const rule_hash = sha256Hex(ruleOf(trigger))
    if (row !== null && row.rule_hash === rule_hash) continue
    const { due_at, wake_at } = paused_at === null ? nextTimes(trigger, now) : NO_TIMES
    // A time that waits is one that has begun: it starts its run by the version that is published now.
    if (row !== null) await skipPassed(tx, { ...row, waiting_at: null }, now, 'changed')
    if (trigger.kind === 'poll' && wake_at !== null) corrected.push(node_id)
    const waiting_at = trigger.kind === 'poll' ? null : (row?.waiting_at ?? null)
    changed.push({
      ...{ tenant_id: tenantId, workflow_id: workflowId, node_id, rule_hash, due_at, waiting_at },
      ...{ revision: (row?.revision ?? 0) + 1, claim: row?.claim ?? 0, failing_from: null },
      wake_at: waiting_at === null ? wake_at : now,
      last_run_id: row?.last_run_id ?? null,
      poll_type: trigger.kind === 'poll' ? trigger.node_type : null,
    })
  }
  await putSchedules(tx, changed)
  // The failures of what was polled before say nothing about what is polled now.
  for (const nodeId of corrected) await clearFailures(tx, { tenantId, workflowId, nodeId }, now)
}

/** Checks for a trigger that the clock claims. */
function isTimed({ kind }: Pick<TriggerRow, 'kind'>): boolean {
  return kind === 'schedule' || kind === 'poll'
}

/** The params that times follow from. */
function ruleOf({ kind, ...trigger }: Pick<TriggerRow, 'kind' | 'node_type' | 'params'>): string {
  const given = JSON.parse(trigger.params) as JsonObject
  // With another connection as well, it is polled at once.
  if (kind === 'poll') return JSON.stringify(['poll', given.every ?? '', sourceHashOf(trigger, null)])
  const { repeat, cron, every, from, days, hours, zone }: ScheduleParams = scheduleParams.parse(given)
  return JSON.stringify(repeat === 'cron' ? [cron, zone] : [every, from ?? '', days, hours ?? '', zone])
}

/**
 * Returns a hash of the type and the params that say what a trigger polls. A secret that was set again leaves it as it is, and
 * so does another connection: the account may have been connected anew.
 *
 * @param connectionParam - Name of the param with the connection; `null` to include it.
 */
export function sourceHashOf(
  { node_type, params }: Pick<TriggerRow, 'node_type' | 'params'>,
  connectionParam: string | null,
): string {
  const { every: _every, begin: _begin, ...source } = JSON.parse(params) as JsonObject
  const named = Object.entries(source).filter(([name, value]) => !isSecretMarker(value) && name !== connectionParam)
  return sha256Hex(JSON.stringify([node_type, named.sort(([one], [other]) => (one < other ? -1 : 1))]))
}

type Times = Pick<ScheduleRow, 'due_at' | 'wake_at'>

const NO_TIMES: Times = { due_at: null, wake_at: null }

/** A poll has no times that are due: whether it starts runs is not known before. */
function nextTimes({ kind, params }: Pick<TriggerRow, 'kind' | 'params'>, now: number): Times {
  if (kind === 'poll') return { due_at: null, wake_at: now }
  const due_at = createScheduleTimes(scheduleParams.parse(JSON.parse(params))).next(now)
  return { due_at, wake_at: due_at }
}

/**
 * Stops a schedule that was paused, in the same transaction: its times start no runs until it is resumed, and one that waits
 * for the end of a run is skipped.
 */
export async function stopSchedule(tx: ServerTx, ref: TriggerRef): Promise<void> {
  const row = await lockSchedule(tx, ref)
  if (row === null) return
  const stopped = { due_at: null, waiting_at: null, wake_at: null, failing_from: null }
  await putSchedules(tx, [{ ...row, ...stopped, revision: row.revision + 1 }])
  await skipPassed(tx, row, await readDatabaseNow(tx), 'paused')
}

/** Lists the times of a schedule that are due and that wait, which start no run since the schedule has changed. */
async function skipPassed(
  tx: ServerTx,
  { tenant_id: tenantId, workflow_id: workflowId, node_id: nodeId, due_at, waiting_at }: ScheduleRow,
  now: number,
  change: 'paused' | 'changed' | 'ended',
): Promise<void> {
  const entry = { at: now, outcome: 'skipped', repeats: 0, code: CHANGES[change].code } as const
  const listed = (dueAt: number, why: string) => ({
    ...{ ...entry, eventId: timeEventId(dueAt), dueAt, message: `${CHANGES[change].text} ${why}` },
  })
  await insertTimes(tx, { tenantId, workflowId, nodeId }, [
    ...(waiting_at === null ? [] : [listed(waiting_at, 'while the time waited for the end of a run')]),
    ...(due_at === null || due_at > now
      ? []
      : [listed(due_at, 'before the runs of this time and later ones were started')]),
  ])
}

const CHANGES = {
  paused: { code: 'TRIGGER_PAUSED', text: 'The schedule was paused' },
  changed: { code: 'SCHEDULE_CHANGED', text: 'Other times were published' },
  ended: { code: 'SCHEDULE_CHANGED', text: 'The schedule was taken out of the workflow, or the workflow was deleted,' },
} as const

/** Has a schedule that was resumed start runs again, from its first time after now; a poll, from its cursor and at once. */
export async function continueSchedule(
  tx: ServerTx,
  ref: TriggerRef,
  trigger: Pick<TriggerRow, 'kind' | 'params'>,
): Promise<void> {
  const row = await lockSchedule(tx, ref)
  if (row === null) return
  const times = nextTimes(trigger, await readDatabaseNow(tx))
  await putSchedules(tx, [{ ...row, ...times, revision: row.revision + 1, waiting_at: null, failing_from: null }])
  if (trigger.kind === 'poll') await clearFailures(tx, ref, times.wake_at)
}
