import { createHash } from 'node:crypto'
import type { AcceptedWebhook } from '@tenon/core/api'
import type { JsonObject, RunId } from '@tenon/core/document'
import type { ServerContext } from '../context.ts'
import { toInstant } from '../http/instant.ts'
import type { TriggerRow } from '../tables/server-tables.ts'
import { insertTimes } from '../tables/trigger-event-repository.ts'
import type { TriggerRef } from '../tables/trigger-repository.ts'
import { acceptEvent, eventIdOf, refOf, startByTrigger } from '../triggers/accept-event.ts'
import type { MissedTimes } from './plan-firings.ts'
import type { ZoneClock } from './zone-clock.ts'

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
    ...{ mode: 'live', key: keyOf(dueAt), dueAt, runId: timeRunId(ref, dueAt) },
    start: (runId) => startByTrigger(deps, trigger, input, runId),
  })
}

/** Returns the id of the event of a time. */
export function timeEventId(dueAt: number): string {
  return eventIdOf('live', keyOf(dueAt))
}

const keyOf = (dueAt: number) => `due ${dueAt}`

/**
 * Returns the id of the run of a time: a UUID of version 7 like those of other runs, with a hash in place of the random
 * bits.
 */
export function timeRunId({ tenantId, workflowId, nodeId }: TriggerRef, dueAt: number): RunId {
  const hash = createHash('sha256')
    .update(JSON.stringify([tenantId, workflowId, nodeId, dueAt]))
    .digest('hex')
  const time = Math.max(0, dueAt).toString(16).padStart(12, '0')
  const variant = ((Number.parseInt(hash.slice(3, 4), 16) & 3) | 8).toString(16)
  return [
    ...[time.slice(0, 8), time.slice(8, 12), `7${hash.slice(0, 3)}`],
    ...[`${variant}${hash.slice(4, 7)}`, hash.slice(7, 19)],
  ].join('-')
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
        ...{ ...missed, eventId: eventIdOf('live', `missed ${firstAt}`) },
        message: `No server was there to start the runs of ${number} ${count === 1 ? 'time' : 'times'} ${range}`,
      },
    ]),
  )
}
