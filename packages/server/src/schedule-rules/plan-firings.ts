import { durationToMs } from '@tenon/core/document'
import type { ScheduleParams } from '@tenon/core/node'
import type { ScheduleTimes } from './schedule-times.ts'

/** Times that have passed since a schedule was looked at, with the decision about each. */
export interface FiringPlan {
  /** Times to start runs for, in order. */
  readonly fire: readonly number[]
  /** Times that start no run; `null` if there are none. */
  readonly missed: MissedTimes | null
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

/** Delay up to which a time is not missed: a process that is busy or restarts fires it late. */
export const ON_TIME_MS = 60_000
/** Times before those that may be caught up that are counted. */
const MAX_COUNTED = 1_000
/** Times that one plan fires; the rest is left for the next one. */
const MAX_FIRED = 50

/**
 * Decides about the times of a schedule that have passed, by its policy for missed ones.
 *
 * @param dueAt - First time that is not decided.
 */
export function planFirings(
  times: Pick<ScheduleTimes, 'next'>,
  { catchUp, catchUpWindow }: Pick<ScheduleParams, 'catchUp' | 'catchUpWindow'>,
  dueAt: number,
  now: number,
): FiringPlan {
  const windowMs = catchUp === 'none' ? ON_TIME_MS : Math.max(ON_TIME_MS, durationToMs(catchUpWindow))
  const missed: number[] = []
  let isCut = false
  let at: number | null = dueAt
  for (; at !== null && at < now - windowMs; at = times.next(at)) {
    if (missed.length === MAX_COUNTED) {
      isCut = true
      at = times.next(now - windowMs - 1)
      break
    }
    missed.push(at)
  }
  const fire: number[] = []
  for (; at !== null && at <= now; at = times.next(at)) {
    if (catchUp === 'all' && fire.length === MAX_FIRED) break
    if (catchUp === 'last' && missed.length + fire.length === MAX_COUNTED) {
      isCut = true
      missed.push(...fire.splice(0), at)
      fire.push(lastTime(times, now, at))
      at = times.next(now)
      break
    }
    fire.push(at)
  }
  // Of the times of an outage, only the last one starts a run.
  if (catchUp === 'last' && (fire[0] ?? now) < now - ON_TIME_MS) missed.push(...fire.splice(0, fire.length - 1))
  return { fire, missed: stretchOf(missed, isCut), nextAt: at }
}

function stretchOf(missed: readonly number[], isCut: boolean): MissedTimes | null {
  const [firstAt] = missed
  const lastAt = missed.at(-1)
  return firstAt === undefined || lastAt === undefined ? null : { firstAt, lastAt, count: missed.length, isCut }
}

/** Returns the last time until `now`; `known` is one of them. */
function lastTime({ next }: Pick<ScheduleTimes, 'next'>, now: number, known: number): number {
  for (let backMs = 2 * ON_TIME_MS; now - backMs > known; backMs *= 2) {
    let last: number | null = null
    for (let at = next(now - backMs); at !== null && at <= now; at = next(at)) last = at
    if (last !== null) return last
  }
  let last = known
  for (let at = next(known); at !== null && at <= now; at = next(at)) last = at
  return last
}
