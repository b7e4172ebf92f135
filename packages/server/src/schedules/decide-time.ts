import type { OverlapPolicy } from '@tenon/core/node'
import { isRefusal } from '../log/is-refusal.ts'
import { reasonOf } from '../log/reason-of.ts'
import { timeEventId, timeRunId } from '../schedule-rules/time-names.ts'
import { OUTAGE_MS } from '../tables/schedule-outage-repository.ts'
import { listOpenRuns, type OpenRun } from '../tables/schedule-repository.ts'
import type { ServerTx } from '../tables/server-tables.ts'
import { findEvent, insertTimes, isDecided } from '../tables/trigger-event-repository.ts'
import type { TriggerEventRow } from '../tables/trigger-tables.ts'
import { fireTime } from './fire-time.ts'
import type { Firing } from './firing.ts'

/**
 * Decides about one time by the policy for overlaps, and starts its run. The claim of its event is the decision to start
 * it: after a kill, the next process starts the run whatever else is in progress.
 *
 * @returns The time of the schedule that waits now.
 */
export async function decideTime(
  firing: Firing,
  dueAt: number,
  { hasWaited }: { readonly hasWaited: boolean },
): Promise<number | null> {
  const { deps, claimed, params, state } = firing
  const { overlap } = params
  const waitingAt = hasWaited ? null : state.waitingAt
  // The state says where the work is: this time is the one that is begun.
  if (!hasWaited) state.dueAt = dueAt
  if (overlap !== 'allow') {
    const decision = await decide(firing, dueAt, overlap, hasWaited)
    if (decision.next === 'wait') return dueAt
    if (decision.next === 'end') return waitingAt
    for (const runId of decision.cancel) await deps.engine.cancel(claimed.tenantId, runId, null)
  }
  await startTime(firing, dueAt, hasWaited)
  return waitingAt
}

type Decision =
  | { readonly next: 'start'; readonly cancel: readonly OpenRun['runId'][] }
  | { readonly next: 'wait' }
  /** The time is over: it was skipped, or an earlier process has decided about it. */
  | { readonly next: 'end' }

async function decide(
  firing: Firing,
  dueAt: number,
  overlap: Exclude<OverlapPolicy, 'allow'>,
  hasWaited: boolean,
): Promise<Decision> {
  const { deps, claimed, state } = firing
  return deps.database.withTenant(claimed.tenantId, async (tx): Promise<Decision> => {
    const at = await firing.hold(tx)
    const event = await findEvent(tx, claimed, timeEventId(dueAt))
    if (event !== null && isOver(event)) {
      if (isDecided(event)) state.lastRunId = event.run_id
      return { next: 'end' }
    }
    const open = await listOpenRuns(tx, claimed, state.lastRunId, timeRunId(claimed, dueAt))
    if (overlap === 'cancel') {
      return { next: 'start', cancel: open.filter((run) => (run.dueAt ?? 0) < dueAt).map(({ runId }) => runId) }
    }
    const isBegun = event?.outcome === 'pending' && !event.is_backfill
    const isOtherWaiting = !hasWaited && state.waitingAt !== null
    if (isBegun || (open.length === 0 && !isOtherWaiting)) return { next: 'start', cancel: [] }
    if (overlap === 'queue' && !isOtherWaiting) return { next: 'wait' }
    await skipTime(tx, firing, dueAt, { at, message: isOtherWaiting ? OTHER_WAITS : IN_PROGRESS })
    return { next: 'end' }
  })
}

/** A refusal of a backfill is none of the schedule. */
function isOver(event: TriggerEventRow): boolean {
  return isDecided(event) || event.outcome === 'skipped' || (event.outcome === 'rejected' && !event.is_backfill)
}

const IN_PROGRESS = 'The run before was still in progress'
const OTHER_WAITS = 'The run before was still in progress, and another time was waiting for its end'

/** Lists a time that starts no run. */
async function skipTime(
  tx: ServerTx,
  { claimed }: Firing,
  dueAt: number,
  { at, message }: { readonly at: number; readonly message: string },
): Promise<void> {
  const skipped = { eventId: timeEventId(dueAt), dueAt, at, outcome: 'skipped', repeats: 0 } as const
  await insertTimes(tx, claimed, [{ ...skipped, code: 'SCHEDULE_OVERLAP', message }])
}

/** A run that is refused, such as by a full queue, is listed with the reason and not tried again. */
async function startTime(firing: Firing, dueAt: number, hasWaited: boolean): Promise<void> {
  const { deps, claimed, trigger, times, state } = firing
  const { log } = deps
  const { tenantId, workflowId, nodeId } = claimed
  const named = { tenantId, workflowId, nodeId, dueAt }
  const time = { trigger, clock: times.clock, dueAt, isBackfill: false, hold: (tx: ServerTx) => firing.hold(tx) }
  try {
    const { runId, status, firedAt } = await fireTime(deps, time)
    state.lastRunId = runId
    const lateMs = firedAt - dueAt
    if (status === 'accepted' && !hasWaited && lateMs > OUTAGE_MS) {
      log('warn', 'schedule.late: a run was started after its time', { ...named, lateMs })
    }
  } catch (error) {
    if (!isRefusal(error)) throw error
    log('warn', 'schedule.rejected: no run was started', { ...named, code: error.code, reason: reasonOf(error) })
  }
}
