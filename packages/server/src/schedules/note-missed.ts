import { toInstant } from '../http/instant.ts'
import type { MissedTimes } from '../schedule-rules/plan-firings.ts'
import { missedEventId, timeEventId, timeRunId } from '../schedule-rules/time-names.ts'
import type { ClaimedSchedule } from '../tables/schedule-repository.ts'
import type { ServerTx } from '../tables/server-tables.ts'
import { decideEvent, findEvent, insertTimes } from '../tables/trigger-event-repository.ts'
import type { Firing } from './firing.ts'

/**
 * Lists times that were missed, as one entry, and says so in the log of the server. The first of them may have been begun by
 * a process that was killed: it is decided by itself then, as started if its run exists.
 *
 * @param nextAt - First time after them, which is stored in the same transaction.
 */
export async function noteMissed(firing: Firing, missed: MissedTimes, nextAt: number | null): Promise<void> {
  const { deps, claimed } = firing
  const { database, reader, log } = deps
  const { tenantId, workflowId, nodeId, failingFrom } = claimed
  const hasRun = (await reader.getRun(tenantId, timeRunId(claimed, missed.firstAt))) !== null
  const why = failingFrom === null ? 'No server was there to start' : 'The server was not able to start'
  const noted = await database.withTenant(tenantId, async (tx) => {
    const at = await firing.hold(tx, { dueAt: nextAt })
    const isBegun = await decideBegun(tx, claimed, missed.firstAt, hasRun, why)
    const rest = isBegun ? withoutFirst(firing, missed) : missed
    if (rest === null) return null
    const { firstAt, count } = rest
    const entry = { dueAt: firstAt, at, outcome: 'missed', repeats: count - 1, code: 'SCHEDULE_MISSED' } as const
    const times = `${numberOf(rest)} ${count === 1 ? 'time' : 'times'} ${rangeOf(rest)}`
    const message = `${why} the runs of ${times}`
    await insertTimes(tx, claimed, [{ ...entry, eventId: missedEventId(firstAt), message }])
    return rest
  })
  if (noted === null) return
  const said = { tenantId, workflowId, nodeId, count: noted.count, range: rangeOf(noted) }
  log('warn', 'schedule.missed: the runs of times were not started', { ...said, reason: why })
}

/** @returns True if the time has an event of its own. */
async function decideBegun(
  tx: ServerTx,
  claimed: ClaimedSchedule,
  dueAt: number,
  hasRun: boolean,
  why: string,
): Promise<boolean> {
  const eventId = timeEventId(dueAt)
  const event = await findEvent(tx, claimed, eventId)
  if (event?.outcome !== 'pending') return event !== null
  const decision = hasRun
    ? ({ outcome: 'started', code: null, message: null } as const)
    : ({
        outcome: 'missed',
        code: 'SCHEDULE_MISSED',
        message: `${why} the run, and it was too late afterwards`,
      } as const)
  await decideEvent(tx, claimed, eventId, { ...decision, run_id: hasRun ? event.run_id : null })
  return true
}

function withoutFirst({ times }: Pick<Firing, 'times'>, missed: MissedTimes): MissedTimes | null {
  const firstAt = times.next(missed.firstAt)
  return missed.count === 1 || firstAt === null ? null : { ...missed, firstAt, count: missed.count - 1 }
}

function numberOf({ count, isCut }: MissedTimes): string {
  return isCut ? `more than ${count - 1}` : String(count)
}

function rangeOf({ firstAt, lastAt }: MissedTimes): string {
  return firstAt === lastAt ? `at ${toInstant(firstAt)}` : `from ${toInstant(firstAt)} to ${toInstant(lastAt)}`
}
