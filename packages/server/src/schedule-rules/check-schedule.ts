import type { JsonObject } from '@tenon/core/document'
import type { ProblemIssue } from '@tenon/core/errors'
import { type ScheduleParams, scheduleParams } from '@tenon/core/node'
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
  if (!isTimeZone(params.zone)) {
    return { times: null, issues: [{ path: ['zone'], message: `This server knows no time zone "${params.zone}"` }] }
  }
  if (params.repeat === 'interval' && Number.isNaN(Date.parse(params.from ?? '1970-01-01'))) {
    return { times: null, issues: [{ path: ['from'], message: `There is no date "${params.from}"` }] }
  }
  const field = params.repeat === 'cron' ? 'cron' : params.hours === undefined ? 'every' : 'hours'
  try {
    const times = createScheduleTimes(params)
    if (times.next(now) !== null) return { params, times, issues: [] }
    return { times: null, issues: [{ path: [field], message: 'No time fits: the schedule would never start a run' }] }
  } catch (error) {
    return { times: null, issues: [{ path: [field], message: cronFault(error) }] }
  }
}

function isTimeZone(zone: string): boolean {
  try {
    createZoneClock(zone)
    return true
  } catch {
    return false
  }
}

/** The library says what is wrong with an expression: `CronPattern: Invalid value for minute: 61`. */
function cronFault(error: unknown): string {
  const reason = error instanceof Error ? error.message.replace(/^\w+: /, '').replace(/\.$/, '') : 'unreadable'
  return `The cron expression cannot be read (${reason}): write minute, hour, day, month, day of the week, such as "0 9 * * 1-5"`
}
