import type { Backfill, BackfilledTime, BackfillResult, Identity, SchedulePreview } from '@tenon/core/api'
import type { JsonObject } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import { scheduleParams } from '@tenon/core/node'
import type { ServerContext } from '../context.ts'
import { toInstant } from '../http/instant.ts'
import { isRefusal } from '../log/is-refusal.ts'
import { checkSchedule } from '../schedule-rules/check-schedule.ts'
import { createScheduleTimes, type ScheduleTimes } from '../schedule-rules/schedule-times.ts'
import { insertAudit } from '../tables/audit-repository.ts'
import { readDatabaseNow } from '../tables/schedule-repository.ts'
import { findTrigger, type TriggerRef } from '../tables/trigger-repository.ts'
import { pausedTrigger } from '../triggers/accept-event.ts'
import { type DueTime, fireTime } from './fire-time.ts'

/** Times of one backfill. */
const MAX_TIMES = 100
/** Age of the oldest one. */
const OLDEST_MS = 366 * 24 * 60 * 60 * 1_000
/** Next times of a preview without a number. */
const PREVIEW_COUNT = 5
const MAX_PREVIEW_TRIED = 5_000

/**
 * Starts the runs of times of a published schedule that have passed, whatever its policies for overlaps and missed times.
 * A time that has started a run before is left out, so the same request again, such as after a crash, does the rest.
 *
 * @returns After all runs are stored.
 * @throws {@link TenonError} `TRIGGER_NOT_FOUND`, `TRIGGER_PAUSED`, `BACKFILL_INVALID`.
 */
export async function backfillSchedule(
  server: ServerContext,
  identity: Identity,
  ref: TriggerRef,
  range: Backfill,
): Promise<BackfillResult> {
  const { trigger, now } = await server.database.withTenant(ref.tenantId, async (tx) => ({
    ...{ trigger: await findTrigger(tx, ref), now: await readDatabaseNow(tx) },
  }))
  if (trigger === null || trigger.version === null || trigger.kind !== 'schedule') {
    throw new TenonError('TRIGGER_NOT_FOUND', 'No published schedule has this node id')
  }
  if (trigger.paused_at !== null) throw pausedTrigger()
  const times = createScheduleTimes(scheduleParams.parse(JSON.parse(trigger.params)))
  const dueTimes = timesIn(times, range, now)
  // One run is paid for by the request itself.
  if (dueTimes.length > 1) await server.limits.rates.take(ref.tenantId, 'start', dueTimes.length - 1)
  const details = { nodeId: ref.nodeId, from: range.from, to: range.to, count: dueTimes.length }
  await server.database.withTenant(ref.tenantId, (tx) =>
    insertAudit(tx, { identity, action: 'trigger.backfill', resource: ref.workflowId, at: server.now(), details }),
  )
  const items: BackfilledTime[] = []
  for (const dueAt of dueTimes) {
    items.push(await startOne(server, { trigger, clock: times.clock, dueAt, isBackfill: true, hold: readDatabaseNow }))
  }
  return { items }
}

function timesIn({ next }: Pick<ScheduleTimes, 'next'>, range: Backfill, now: number): readonly number[] {
  const [from, to] = [Date.parse(range.from), Date.parse(range.to)]
  if (from > to) throw refused('the end of the range is before its begin')
  if (to > now) throw refused('the range ends in the future')
  if (from < now - OLDEST_MS) throw refused('the range begins more than a year ago')
  const dueTimes: number[] = []
  for (let at = next(from - 1); at !== null && at <= to; at = next(at)) {
    if (dueTimes.length === MAX_TIMES) throw refused(`the range has more than ${MAX_TIMES} times of the schedule`)
    dueTimes.push(at)
  }
  if (dueTimes.length === 0) throw refused('the range has no time of the schedule')
  return dueTimes
}

async function startOne(server: ServerContext, time: DueTime): Promise<BackfilledTime> {
  const dueAt = toInstant(time.dueAt)
  try {
    const { runId, status } = await fireTime(server, time)
    return { dueAt, outcome: status === 'accepted' ? 'started' : 'repeated', runId, code: null }
  } catch (error) {
    if (!isRefusal(error)) throw error
    return { dueAt, outcome: 'rejected', runId: null, code: error.code }
  }
}

function refused(reason: string): TenonError {
  return new TenonError('BACKFILL_INVALID', `The backfill was refused: ${reason}`)
}

/**
 * Computes the next times of a schedule from the params of a node.
 *
 * @throws {@link TenonError} `SCHEDULE_INVALID` with an issue for each faulty param.
 */
export async function previewSchedule(
  { now }: Pick<ServerContext, 'now'>,
  params: JsonObject,
  count = PREVIEW_COUNT,
): Promise<SchedulePreview> {
  const at = now()
  const checked = checkSchedule(params, at)
  if (checked.times === null) {
    const issues = checked.issues.map(({ path, message }) => ({
      ...{ path: ['params', ...path], code: 'SCHEDULE_INVALID', message },
    }))
    throw new TenonError('SCHEDULE_INVALID', `The schedule cannot be read: ${issues[0]?.message ?? ''}`, {
      details: { issues },
    })
  }
  const { times } = checked
  const next: number[] = []
  // A rule that fits one step in a thousand shows fewer times.
  const isCheap = () => next.length < count && times.tried() < MAX_PREVIEW_TRIED
  for (let time = times.next(at); time !== null; time = isCheap() ? times.next(time) : null) next.push(time)
  return { zone: checked.params.zone, times: next.map(times.describe), now: toInstant(at) }
}
