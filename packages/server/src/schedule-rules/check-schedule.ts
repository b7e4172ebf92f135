import type { JsonObject } from '@tenon/core/document'
import type { ProblemIssue } from '@tenon/core/errors'
import { cronFault, type ScheduleParams, scheduleParams } from '@tenon/core/node'
import { createScheduleTimes, type ScheduleTimes } from './schedule-times.ts'
import { createZoneClock } from './zone-clock.ts'

/** The params of a schedule, with its times, or with a fault for each param that cannot be read. */
export type CheckedSchedule =
  | { readonly params: ScheduleParams; readonly times: ScheduleTimes; readonly issues: readonly [] }
  | { readonly times: null; readonly issues: readonly Pick<ProblemIssue, 'path' | 'message'>[] }

/** Checks the params of a schedule, with its cron expression, and that it has a time after `now`. */
export function checkSchedule(given: JsonObject, now: number): CheckedSchedule {
  const { data: params, error } = scheduleParams.safeParse(given)
  if (params === undefined) {
    return { times: null, issues: error.issues.map(({ path, message }) => ({ path: path.map(String), message })) }
  }
  const faults = faultsOf(params)
  if (faults.length > 0) return { times: null, issues: faults }
  const times = createScheduleTimes(params)
  if (times.next(now) !== null) return { params, times, issues: [] }
  const field = params.repeat === 'cron' ? 'cron' : params.hours === undefined ? 'every' : 'hours'
  return { times: null, issues: [{ path: [field], message: 'No time fits: the schedule would never start a run' }] }
}

function faultsOf({ repeat, cron, from = '1970-01-01', zone }: ScheduleParams) {
  const cronText = repeat === 'cron' ? cronFault(cron) : null
  const hasDate = repeat === 'cron' || isDate(from)
  return [
    ...(cronText === null ? [] : [{ path: ['cron'], message: cronText }]),
    ...(hasDate ? [] : [{ path: ['from'], message: `There is no date "${from}"` }]),
    ...(isTimeZone(zone) ? [] : [{ path: ['zone'], message: `This server knows no time zone "${zone}"` }]),
  ]
}

/** `Date.parse` takes 30 February for a day of March. */
function isDate(from: string): boolean {
  const day = new Date(`${from.slice(0, 10)}T00:00Z`)
  return !Number.isNaN(Date.parse(from)) && day.toISOString().slice(0, 10) === from.slice(0, 10)
}

function isTimeZone(zone: string): boolean {
  try {
    createZoneClock(zone)
    return true
  } catch {
    return false
  }
}
