import type { ScheduleTime } from '@tenon/core/api'
import { durationToMs } from '@tenon/core/document'
import type { ScheduleParams } from '@tenon/core/node'
import { Cron } from 'croner'
import { toInstant } from '../http/instant.ts'
import { createZoneClock, type LocalTime, type ZoneClock } from './zone-clock.ts'

/** The times of a schedule. Instants are milliseconds since the Unix epoch. */
export interface ScheduleTimes {
  readonly clock: ZoneClock
  /** Returns the first time after an instant; `null` if there is none. */
  next(after: number): number | null
  /** Describes a time as the API shows it. */
  describe(at: number): ScheduleTime
}

/** Times of an interval that are tried one after another: more than the minutes of a week. */
const MAX_TRIED = 12_000
const DAY_MINUTES = 24 * 60

/**
 * Computes the times of a schedule. Of cron, a time that clocks skip is moved to the end of the gap, and one that they show
 * twice counts once; expressions with `*` or a step in minute or hour count elapsed time.
 *
 * @throws {@link Error} for a cron expression or a zone that cannot be read, with the reason.
 * @see docs/adr/0079-a-schedule-has-a-next-time.md
 */
export function createScheduleTimes(params: ScheduleParams): ScheduleTimes {
  const clock = createZoneClock(params.zone)
  return params.repeat === 'cron' ? cronTimes(params, clock) : intervalTimes(params, clock)
}

function cronTimes({ cron: pattern, zone }: ScheduleParams, clock: ZoneClock): ScheduleTimes {
  const cron = new Cron(pattern, {
    ...{ timezone: zone, mode: '5-part', paused: true },
    // As cron does: 02:30 and 14:30 are times of the clock, also together.
    fixedTimeRule: 'no-wildcard',
  })
  return {
    clock,
    next: (after) => cron.nextRun(new Date(after))?.getTime() ?? null,
    describe: (at) => ({
      ...written(at, clock),
      clockChange: cron.match(new Date(at)) ? (clock.isRepeated(at) ? 'repeated' : null) : 'gap',
    }),
  }
}

function intervalTimes({ every, from, days, hours }: ScheduleParams, clock: ZoneClock): ScheduleTimes {
  const stepMs = durationToMs(every)
  const firstAt = from === undefined ? 0 : Date.parse(from)
  const isWithin = withinOf(days, hours)
  const next = (after: number): number | null => {
    let at = after < firstAt ? firstAt : firstAt + (Math.floor((after - firstAt) / stepMs) + 1) * stepMs
    for (let tried = 0; tried < MAX_TRIED; tried += 1, at += stepMs) if (isWithin(clock, at)) return at
    return null
  }
  return { clock, next, describe: (at) => ({ ...written(at, clock), clockChange: null }) }
}

function withinOf(days: ScheduleParams['days'], hours: string | undefined): (clock: ZoneClock, at: number) => boolean {
  if (days === 'all' && hours === undefined) return () => true
  const [begin = 0, end = DAY_MINUTES] = hours?.split('-').map(minuteOf) ?? []
  return (clock, at) => {
    const local = clock.localOf(at)
    return isOnDay(days, local) && isBetween(local.minute, begin, end)
  }
}

function isOnDay(days: ScheduleParams['days'], { weekday }: LocalTime): boolean {
  return days === 'all' || (weekday >= 1 && weekday <= 5)
}

/** Hours may go past midnight. */
function isBetween(minute: number, begin: number, end: number): boolean {
  return begin < end ? minute >= begin && minute < end : minute >= begin || minute < end
}

function minuteOf(time: string): number {
  const [hour, minute] = time.split(':').map(Number)
  return (hour ?? 0) * 60 + (minute ?? 0)
}

function written(at: number, clock: ZoneClock) {
  const { date, time } = clock.localOf(at)
  return { at: toInstant(at), local: `${date}T${time}` }
}
