import { durationToMs } from '@tenon/core/document'
import type { ScheduleParams } from '@tenon/core/node'
import { LATE_MS, OUTAGES_KEPT_MS, type Outage } from '../tables/schedule-outage-repository.ts'
import type { ScheduleTimes } from './schedule-times.ts'

/** Times that have passed since a schedule was looked at, with the decision about each. */
export interface FiringPlan {
  /** Times that start no run; `null` if there are none. All are before those that start one. */
  readonly missed: MissedTimes | null
  /** Times to start runs for, in order. */
  readonly fire: readonly number[]
  /** First time that is not decided; `null` if there is none. It may have passed as well. */
  readonly nextAt: number | null
}

/** A stretch of times that were missed. */
export interface MissedTimes {
  readonly firstAt: number
  readonly lastAt: number
  /** Number of times. */
  readonly count: number
  /** True if there were more: the times of a very long outage are not all counted. */
  readonly isCut: boolean
}

/** Missed times that are counted. */
const MAX_COUNTED = 1_000
/** Times that one plan fires; the rest is left for the next one. */
const MAX_FIRED = 50

/** Circumstances in which times have passed. */
export interface Passed {
  /** First time that is not decided. */
  readonly dueAt: number
  readonly now: number
  /** Stretches in which no server was there, or in which it could not start the runs. */
  readonly outages: readonly Outage[]
}

/** Decides about the times of a schedule that have passed, by its policy for missed ones. */
export function planFirings(
  times: Pick<ScheduleTimes, 'next'>,
  { catchUp, catchUpWindow }: Pick<ScheduleParams, 'catchUp' | 'catchUpWindow'>,
  passed: Passed,
): FiringPlan {
  const { now, dueAt } = passed
  const oldestAt = now - durationToMs(catchUpWindow)
  const missed: number[] = []
  const fire: number[] = []
  let isCut = false
  let at: number | null = dueAt
  while (at !== null && at <= now && fire.length < MAX_FIRED) {
    const missedUntil = missedUntilOf(at, passed)
    const mayFire = missedUntil === null || (catchUp === 'all' && at >= oldestAt)
    // Stretch and runs are stored in the order of their times.
    if (!mayFire && fire.length > 0) break
    if (missedUntil === null || mayFire) fire.push(at)
    else if (missed.length < MAX_COUNTED) missed.push(at)
    else {
      isCut = true
      const untilAt = catchUp === 'all' ? Math.min(missedUntil, Math.max(at + 1, oldestAt)) : missedUntil
      missed.push(lastTime(times, untilAt, at))
      at = times.next(untilAt - 1)
      continue
    }
    at = times.next(at)
  }
  // Of the times of an outage, only the last one starts a run, unless a later one does.
  const last = missed.at(-1)
  const isLast = last !== undefined && fire.length === 0 && (at === null || at > now)
  if (catchUp === 'last' && isLast && last >= oldestAt) fire.push(...missed.splice(-1))
  return { missed: stretchOf(missed, isCut), fire, nextAt: at }
}

/**
 * Returns the end of the stretch in which a time was missed: a process that came within a minute has fired it a little late.
 * `null` for a time that was not missed.
 */
function missedUntilOf(at: number, { now, outages }: Passed): number | null {
  const ends = outages.flatMap(({ fromAt, untilAt }) => (at > fromAt ? [untilAt - LATE_MS] : []))
  // Outages before it are not known any more.
  const until = Math.max(...ends, now - OUTAGES_KEPT_MS)
  return at < until ? until : null
}

function stretchOf(missed: readonly number[], isCut: boolean): MissedTimes | null {
  const [firstAt] = missed
  const lastAt = missed.at(-1)
  return firstAt === undefined || lastAt === undefined ? null : { firstAt, lastAt, count: missed.length, isCut }
}

/** Returns the last time before `until`; `known` is one of them. */
function lastTime({ next }: Pick<ScheduleTimes, 'next'>, until: number, known: number): number {
  for (let backMs = 2 * LATE_MS; until - backMs > known; backMs *= 2) {
    let last: number | null = null
    for (let at = next(until - backMs); at !== null && at < until; at = next(at)) last = at
    if (last !== null) return last
  }
  let last = known
  for (let at = next(known); at !== null && at < until; at = next(at)) last = at
  return last
}
