import { TenonError } from '@tenon/core/errors'
import { type OverlapPolicy, type ScheduleParams, scheduleParams } from '@tenon/core/node'
import { reasonOf } from '../log/reason-of.ts'
import { ON_TIME_MS, planFirings } from '../schedule-rules/plan-firings.ts'
import { createScheduleTimes, type ScheduleTimes } from '../schedule-rules/schedule-times.ts'
import { timeEventId, timeRunId } from '../schedule-rules/time-names.ts'
import { advanceSchedule, type ClaimedSchedule, listOpenRuns } from '../tables/schedule-repository.ts'
import type { TriggerRow } from '../tables/server-tables.ts'
import { findEvent } from '../tables/trigger-event-repository.ts'
import { findTrigger } from '../tables/trigger-repository.ts'
import { type FireDeps, fireTime, noteMissed, skipTime } from './fire-time.ts'

/** Pause between two looks at the run that a time waits for. */
const WAITING_MS = 1_000

/**
 * Starts the runs of the times of a claimed schedule that have passed, and stores its next time. A process that is killed
 * at any moment leaves the schedule as it was: another one decides about the same times, which have started their runs or
 * start them now.
 *
 * @param now - Time of the database.
 * @throws {@link TenonError} if a run could not be started for a fault of the server, such as of its database.
 */
export async function fireSchedule(deps: FireDeps, claimed: ClaimedSchedule, now: number): Promise<void> {
  const { tenantId } = claimed
  const trigger = await deps.database.withTenant(tenantId, (tx) => findTrigger(tx, claimed))
  // Paused or unpublished in this moment: the revision has changed, and there is nothing to store.
  if (trigger === null || trigger.version === null || trigger.paused_at !== null || trigger.kind !== 'schedule') return
  const params = scheduleParams.parse(JSON.parse(trigger.params))
  const times = createScheduleTimes(params)
  const state = { waitingAt: claimed.waitingAt, lastRunId: claimed.lastRunId }
  const firing: Firing = { deps, claimed, trigger, params, times, state, now }
  await fireWaiting(firing)
  const { fire, missed, nextAt } =
    claimed.dueAt === null || claimed.dueAt > now
      ? { fire: [], missed: null, nextAt: claimed.dueAt }
      : planFirings(times, params, claimed.dueAt, now)
  if (missed !== null) await noteMissed(deps, claimed, missed)
  for (const dueAt of fire) await decideTime(firing, dueAt)
  const wakes = [nextAt, state.waitingAt === null ? null : now + WAITING_MS].filter((at) => at !== null)
  await deps.database.withTenant(tenantId, (tx) =>
    advanceSchedule(tx, claimed, {
      ...{ due_at: nextAt, waiting_at: state.waitingAt, last_run_id: state.lastRunId },
      wake_at: wakes.length === 0 ? null : Math.min(...wakes),
    }),
  )
}

interface Firing {
  readonly deps: FireDeps
  readonly claimed: ClaimedSchedule
  readonly trigger: TriggerRow
  readonly params: ScheduleParams
  readonly times: ScheduleTimes
  readonly state: { waitingAt: number | null; lastRunId: string | null }
  readonly now: number
}

/** Starts the run of the time that waits, if the one before has ended. */
async function fireWaiting(firing: Firing): Promise<void> {
  const { state } = firing
  if (state.waitingAt === null) return
  // Another policy may have been published meanwhile; then nothing waits any more.
  if (firing.params.overlap === 'queue' && (await openRuns(firing, state.waitingAt)).length > 0) return
  const dueAt = state.waitingAt
  state.waitingAt = null
  await startTime(firing, dueAt)
}

async function decideTime(firing: Firing, dueAt: number): Promise<void> {
  const { deps, claimed, params, state } = firing
  const { overlap } = params
  if (overlap === 'allow') return startTime(firing, dueAt)
  const { tenantId } = claimed
  const [event, run] = await Promise.all([
    deps.database.withTenant(tenantId, (tx) => findEvent(tx, claimed, timeEventId(dueAt))),
    deps.reader.getRun(tenantId, timeRunId(claimed, dueAt)),
  ])
  // A process that was killed has decided already.
  if (event?.outcome === 'skipped') return
  const open = run === null ? await openRuns(firing, dueAt) : []
  if (open.length === 0 && state.waitingAt === null) return startTime(firing, dueAt)
  if (overlap === 'cancel') {
    for (const runId of open) await deps.engine.cancel(tenantId, runId, null)
    return startTime(firing, dueAt)
  }
  if (overlap === 'queue' && state.waitingAt === null) state.waitingAt = dueAt
  else await skipTime(deps, claimed, dueAt, SKIPPED[overlap])
}

const SKIPPED: Readonly<Record<Exclude<OverlapPolicy, 'allow' | 'cancel'>, string>> = {
  skip: 'The run before was still in progress',
  queue: 'The run before was still in progress, and another time was waiting for its end',
}

function openRuns({ deps, claimed, state }: Firing, dueAt: number) {
  return deps.database.withTenant(claimed.tenantId, (tx) =>
    listOpenRuns(tx, claimed, state.lastRunId, timeRunId(claimed, dueAt)),
  )
}

/** A run that is refused, such as by a full queue, is listed with the reason and not tried again. */
async function startTime({ deps, claimed, trigger, times, state, now }: Firing, dueAt: number): Promise<void> {
  const { log } = deps
  const { tenantId, workflowId, nodeId } = claimed
  const named = { tenantId, workflowId, nodeId, dueAt }
  try {
    const { runId, status } = await fireTime(deps, { trigger, clock: times.clock, dueAt, isBackfill: false })
    state.lastRunId = runId
    if (status === 'accepted' && now - dueAt > ON_TIME_MS) {
      log('warn', 'schedule.late: a run was started after its time', { ...named, lateMs: now - dueAt })
    }
  } catch (error) {
    if (!(error instanceof TenonError) || error.code === 'UNAVAILABLE' || error.code === 'INTERNAL') throw error
    log('warn', 'schedule.rejected: no run was started', { ...named, code: error.code, reason: reasonOf(error) })
  }
}
