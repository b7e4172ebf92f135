import { type NodeId, sha256Hex, type TenantId, type WorkflowId } from '@tenon/core/document'
import { type ScheduleParams, scheduleParams } from '@tenon/core/node'
import { deleteOtherSchedules, lockSchedules, putSchedules, readDatabaseNow } from '../tables/schedule-repository.ts'
import type { ScheduleRow, ServerTx } from '../tables/server-tables.ts'
import { insertTimes } from '../tables/trigger-event-repository.ts'
import { listTriggerRows, type TriggerRef } from '../tables/trigger-repository.ts'
import { createScheduleTimes } from './schedule-times.ts'
import { timeEventId } from './time-names.ts'

/** Names a workflow. */
interface WorkflowOfSchedules {
  readonly tenantId: TenantId
  readonly workflowId: WorkflowId
}

/**
 * Makes the next times of the schedules of a workflow fit its triggers, in the transaction that has changed them and holds
 * the workflow. A schedule whose params have not changed keeps its next time, also one that is due in this moment.
 */
export async function putVersionSchedules(tx: ServerTx, { tenantId, workflowId }: WorkflowOfSchedules): Promise<void> {
  const triggers = await listTriggerRows(tx, tenantId, workflowId)
  const wanted = triggers.filter(({ kind }) => kind === 'schedule')
  const before = new Map((await lockSchedules(tx, tenantId, workflowId)).map((row) => [row.node_id, row]))
  if (wanted.length === 0 && before.size === 0) return
  const now = await readDatabaseNow(tx)
  await deleteOtherSchedules(tx, tenantId, workflowId, wanted.map(nodeIdOf))
  await putSchedules(
    tx,
    wanted.map(({ node_id, params, paused_at }) => {
      const row = before.get(node_id) ?? null
      const rule_hash = sha256Hex(ruleOf(scheduleParams.parse(JSON.parse(params))))
      const isSame = row !== null && row.rule_hash === rule_hash
      const due_at = paused_at !== null ? null : isSame ? row.due_at : nextTime(params, now)
      const waiting_at = row?.waiting_at ?? null
      return {
        ...{ tenant_id: tenantId, workflow_id: workflowId, node_id, rule_hash, due_at, waiting_at },
        revision: (row?.revision ?? 0) + 1,
        wake_at: waiting_at === null ? due_at : now,
        last_run_id: row?.last_run_id ?? null,
      }
    }),
  )
}

const nodeIdOf = ({ node_id }: { readonly node_id: NodeId }) => node_id

/** The params that times follow from. */
function ruleOf({ repeat, cron, every, from, days, hours, zone }: ScheduleParams): string {
  return JSON.stringify(repeat === 'cron' ? [cron, zone] : [every, from ?? '', days, hours ?? '', zone])
}

function nextTime(params: string, now: number): number | null {
  return createScheduleTimes(scheduleParams.parse(JSON.parse(params))).next(now)
}

/**
 * Stops a schedule that was paused, in the same transaction: its times start no runs until it is resumed, and one that waits
 * for the end of a run is skipped.
 */
export async function stopSchedule(tx: ServerTx, ref: TriggerRef, at: number): Promise<void> {
  const row = await lockSchedule(tx, ref)
  if (row === null) return
  await putSchedules(tx, [{ ...row, revision: row.revision + 1, due_at: null, waiting_at: null, wake_at: null }])
  if (row.waiting_at === null) return
  await insertTimes(tx, ref, [
    {
      ...{ eventId: timeEventId(row.waiting_at), dueAt: row.waiting_at, at, outcome: 'skipped', repeats: 0 },
      ...{ code: 'TRIGGER_PAUSED', message: 'The schedule was paused while the time waited for the end of a run' },
    },
  ])
}

/** Has a schedule that was resumed start runs again, from its first time after now. */
export async function continueSchedule(tx: ServerTx, ref: TriggerRef, params: string): Promise<void> {
  const row = await lockSchedule(tx, ref)
  if (row === null) return
  const due_at = nextTime(params, await readDatabaseNow(tx))
  await putSchedules(tx, [{ ...row, revision: row.revision + 1, due_at, waiting_at: null, wake_at: due_at }])
}

async function lockSchedule(tx: ServerTx, { tenantId, workflowId, nodeId }: TriggerRef): Promise<ScheduleRow | null> {
  const rows = await lockSchedules(tx, tenantId, workflowId)
  return rows.find(({ node_id }) => node_id === nodeId) ?? null
}
