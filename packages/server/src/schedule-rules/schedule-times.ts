import type { ScheduleTime } from '@tenon/core/api'
import { durationToMs } from '@tenon/core/document'
import type { ScheduleParams } from '@tenon/core/node'
import { Cron } from 'croner'
import { toInstant } from '../http/instant.ts'
import { createZoneClock, type ZoneClock } from './zone-clock.ts'

/** The times of a schedule. Instants are milliseconds since the Unix epoch. */
export interface ScheduleTimes {
  readonly clock: ZoneClock
  /** Returns the first time after an instant; `null` if there is none. */
  next(after: number): number | null
  /** Number of times that were computed so far, also of those that did not fit: the effort. */
  tried(): number
  /** Describes a time as the API shows it. */
  describe(at: number): ScheduleTime
}

/** Times of an interval that are tried one after another: those of 13 years, if it is longer than a day. */
const MAX_TRIED = 5_000
const DAY_MINUTES = 24 * 60
const MINUTE_MS = 60_000
const DAY_MS = DAY_MINUTES * MINUTE_MS

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
  let tried = 0
  return {
    clock,
    next: (after) => {
      tried += 1
      return cron.nextRun(new Date(after))?.getTime() ?? null
    },
    tried: () => tried,
    describe: (at) => ({
      ...written(at, clock),
      clockChange: cron.match(new Date(at)) ? (clock.isRepeated(at) ? 'repeated' : null) : 'gap',
    }),
  }
}

function intervalTimes({ every, from, days, hours }: ScheduleParams, clock: ZoneClock): ScheduleTimes {
  const stepMs = durationToMs(every)
  const firstAt = from === undefined ? 0 : Date.parse(from)
  const open = openTimesOf(days, hours)
  const atOrAfter = (at: number) => (at <= firstAt ? firstAt : firstAt + Math.ceil((at - firstAt) / stepMs) * stepMs)
  let tried = 0
  const next = (after: number): number | null => {
    let at = atOrAfter(after + 1)
    for (const most = tried + MAX_TRIED; tried < most; ) {
      tried += 1
      // No opening is further away than a day or two, and one step as well.
      const opensAt =
        open === null || isOpen(clock, open, at) ? at : stepMs >= DAY_MS ? null : nextOpening(clock, open, at)
      if (opensAt === at) return at
      at = opensAt === null ? at + stepMs : atOrAfter(opensAt)
    }
    return null
  }
  return { clock, next, tried: () => tried, describe: (at) => ({ ...written(at, clock), clockChange: null }) }
}

/** Times of the clock at which an interval may start runs. */
interface OpenTimes {
  readonly days: ScheduleParams['days']
  /** Minute of the day. */
  readonly begin: number
  /** Minute of the day; before the begin, if the hours go past midnight. */
  readonly end: number
}

/** @returns Null for all times. */
function openTimesOf(days: ScheduleParams['days'], hours: string | undefined): OpenTimes | null {
  if (days === 'all' && hours === undefined) return null
  const [begin = 0, end = DAY_MINUTES] = hours?.split('-').map(minuteOf) ?? []
  return { days, begin, end }
}

function isOpen(clock: ZoneClock, { days, begin, end }: OpenTimes, at: number): boolean {
  const { weekday, minute } = clock.localOf(at)
  return isOnDay(days, weekday) && isBetween(minute, begin, end)
}

/**
 * Returns the next instant after one outside of the hours and days at which they begin. Steps of an interval in
 * between need not be tried: a zone is asked for each, and there may be thousands.
 *
 * @returns Null if clocks change until then, so that the difference of two times of the clock is not what elapses.
 */
function nextOpening(clock: ZoneClock, { days, begin, end }: OpenTimes, at: number): number | null {
  const local = clock.localOf(at)
  const openings = begin < end ? [begin] : [0, begin]
  for (let day = 0; ; day += 1) {
    if (!isOnDay(days, (local.weekday + day) % 7)) continue
    const minutes = openings.map((minute) => day * DAY_MINUTES + minute - local.minute).find((ahead) => ahead > 0)
    if (minutes === undefined) continue
    const opensAt = Math.floor(at / MINUTE_MS) * MINUTE_MS + minutes * MINUTE_MS
    return offsetOf(clock, opensAt) === offsetOf(clock, at) ? opensAt : null
  }
}

/** Difference of the clocks of a zone to UTC. */
function offsetOf(clock: ZoneClock, at: number): number {
  const { date, time } = clock.localOf(at)
  return Date.parse(`${date}T${time}Z`) - Math.floor(at / MINUTE_MS) * MINUTE_MS
}

function isOnDay(days: ScheduleParams['days'], weekday: number): boolean {
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
