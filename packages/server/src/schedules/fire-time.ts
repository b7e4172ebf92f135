import type { AcceptedWebhook } from '@tenon/core/api'
import type { JsonObject } from '@tenon/core/document'
import type { ServerContext } from '../context.ts'
import { toInstant } from '../http/instant.ts'
import { timeKey, timeRunId } from '../schedule-rules/time-names.ts'
import type { ZoneClock } from '../schedule-rules/zone-clock.ts'
import type { ServerTx } from '../tables/server-tables.ts'
import type { TriggerRow } from '../tables/trigger-tables.ts'
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
  /** Runs in the transaction that claims the time, and throws if it is not to be claimed. Returns the time of the database. */
  readonly hold: (tx: ServerTx) => Promise<number>
}

/**
 * Starts the run of a time of a schedule, once whatever process does it and however often: its id follows from the time.
 *
 * @throws {@link TenonError} as {@link acceptEvent}; the time is listed as rejected then.
 */
export async function fireTime(
  deps: FireDeps,
  { trigger, clock, dueAt, isBackfill, hold }: DueTime,
): Promise<AcceptedWebhook & { readonly firedAt: number }> {
  const ref = refOf(trigger)
  const { date, time } = clock.localOf(dueAt)
  let firedAt = dueAt
  const accepted = await acceptEvent(deps, ref, {
    ...{ mode: 'live', key: timeKey(dueAt), dueAt, runId: timeRunId(ref, dueAt), isBackfill },
    hold: async (tx) => {
      firedAt = await hold(tx)
      return firedAt
    },
    start: (runId) => {
      const input: JsonObject = {
        due_at: toInstant(dueAt),
        fired_at: toInstant(firedAt),
        ...{ zone: clock.zone, date, time, backfill: isBackfill },
      }
      return startByTrigger(deps, trigger, input, runId)
    },
  })
  return { ...accepted, firedAt }
}
