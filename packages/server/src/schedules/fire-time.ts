import type { AcceptedWebhook } from '@tenon/core/api'
import type { JsonObject } from '@tenon/core/document'
import type { ServerContext } from '../context.ts'
import { toInstant } from '../http/instant.ts'
import type { MissedTimes } from '../schedule-rules/plan-firings.ts'
import { missedEventId, timeEventId, timeKey, timeRunId } from '../schedule-rules/time-names.ts'
import type { ZoneClock } from '../schedule-rules/zone-clock.ts'
import type { TriggerRow } from '../tables/server-tables.ts'
import { insertTimes } from '../tables/trigger-event-repository.ts'
import type { TriggerRef } from '../tables/trigger-repository.ts'
import { acceptEvent, refOf, startByTrigger } from '../triggers/accept-event.ts'

/** Parts of the server that start the runs of schedules. */
export type FireDeps = Pick<ServerContext, 'database' | 'engine' | 'reader' | 'dataUsage' | 'now' | 'log'>

/** A time of a schedule that is to start a run. */
export interface DueTime {
  readonly trigger: TriggerRow
  readonly clock: ZoneClock
  readonly dueAt: number
  /** True if a person has asked for the run of a time that has passed. */
  readonly isBackfill: boolean
}

/**
 * Starts the run of a time of a schedule, once whatever process does it and however often: its id follows from the time.
 *
 * @throws {@link TenonError} as {@link acceptEvent}; the time is listed as rejected then.
 */
export async function fireTime(
  deps: FireDeps,
  { trigger, clock, dueAt, isBackfill }: DueTime,
): Promise<AcceptedWebhook> {
  const ref = refOf(trigger)
  const { date, time } = clock.localOf(dueAt)
  const input: JsonObject = {
    due_at: toInstant(dueAt),
    fired_at: toInstant(deps.now()),
    ...{ zone: clock.zone, date, time, backfill: isBackfill },
  }
  return acceptEvent(deps, ref, {
    ...{ mode: 'live', key: timeKey(dueAt), dueAt, runId: timeRunId(ref, dueAt) },
    start: (runId) => startByTrigger(deps, trigger, input, runId),
  })
}

/** Lists a time that starts no run since the run before is in progress. */
export async function skipTime(
  { database, now }: Pick<FireDeps, 'database' | 'now'>,
  ref: TriggerRef,
  dueAt: number,
  message: string,
): Promise<void> {
  const skipped = { eventId: timeEventId(dueAt), dueAt, at: now(), outcome: 'skipped', repeats: 0 } as const
  await database.withTenant(ref.tenantId, (tx) =>
    insertTimes(tx, ref, [{ ...skipped, code: 'SCHEDULE_OVERLAP', message }]),
  )
}

/** Lists times that were missed, as one entry, and says so in the log of the server. */
export async function noteMissed(
  { database, now, log }: Pick<FireDeps, 'database' | 'now' | 'log'>,
  ref: TriggerRef,
  { firstAt, lastAt, count, isCut }: MissedTimes,
): Promise<void> {
  const number = isCut ? `more than ${count}` : String(count)
  const range = firstAt === lastAt ? `at ${toInstant(firstAt)}` : `from ${toInstant(firstAt)} to ${toInstant(lastAt)}`
  log('warn', 'schedule.missed: no process of the server has started the runs in time', { ...ref, count, range })
  const missed = { dueAt: firstAt, at: now(), outcome: 'missed', repeats: count - 1, code: 'SCHEDULE_MISSED' } as const
  await database.withTenant(ref.tenantId, (tx) =>
    insertTimes(tx, ref, [
      {
        ...{ ...missed, eventId: missedEventId(firstAt) },
        message: `No server was there to start the runs of ${number} ${count === 1 ? 'time' : 'times'} ${range}`,
      },
    ]),
  )
}
