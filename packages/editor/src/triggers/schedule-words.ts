import type { JsonObject } from '@tenon/core/document'
import { cronFault } from '@tenon/core/node'
import { toString as describeCron } from 'cronstrue'
import type { Translate } from '../messages/format.ts'
import { isTimeZone } from './time-zones.ts'

/** Common cron expressions, in the order in which they are offered. */
export const SCHEDULE_PRESETS = {
  minutes: '*/5 * * * *',
  hourly: '0 * * * *',
  daily: '0 9 * * *',
  weekdays: '0 9 * * 1-5',
  weekly: '0 9 * * 1',
  monthly: '0 9 1 * *',
} as const
/** Name of a common expression. */
export type SchedulePreset = keyof typeof SCHEDULE_PRESETS

const TIME_OF_WEEKDAYS = /^(\d{1,2}) (\d{1,2}) \* \* (1-5|MON-FRI|[0-7]|SUN|MON|TUE|WED|THU|FRI|SAT)$/i
const DAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT']

/**
 * Returns the sentence of a schedule: `Every weekday at 09:00, Europe/Berlin`.
 *
 * @returns `null` for an expression or a zone that cannot be read; the problems of the node say why.
 */
export function scheduleSentence(params: JsonObject, t: Translate): string | null {
  const { repeat = 'cron', zone = 'UTC' } = params
  if (typeof zone !== 'string' || !isTimeZone(zone)) return null
  const times =
    repeat === 'interval' ? intervalWords(params, t) : cronWords(params['cron'] ?? SCHEDULE_PRESETS.weekdays, t)
  return times === null ? null : t('triggers.schedule.sentence', { times, zone })
}

function intervalWords({ every = '1h', days, hours }: JsonObject, t: Translate): string {
  return t('triggers.schedule.every', {
    every: String(every),
    days: days === 'weekdays' ? 'weekdays' : 'all',
    hasHours: hours === undefined || hours === '' ? 'no' : 'yes',
    hours: String(hours),
  })
}

/** Returns the number of a day of the week from 0, Sunday; the text of a range. */
function dayOf(days: string): string {
  const index = DAYS.indexOf(days.toUpperCase())
  return String(index === -1 ? (days === '7' ? 0 : days) : index)
}

function cronWords(cron: unknown, t: Translate): string | null {
  // Some expressions that are refused have a sentence.
  if (typeof cron !== 'string' || cronFault(cron) !== null) return null
  const text = cron.trim().replaceAll(/\s+/g, ' ')
  const [, minute = '', hour = '', days = ''] = TIME_OF_WEEKDAYS.exec(text) ?? []
  if (minute !== '') {
    const time = `${hour.padStart(2, '0')}:${minute.padStart(2, '0')}`
    return t('triggers.schedule.weekdaysAt', { time, day: dayOf(days) })
  }
  try {
    return describeCron(text, { use24HourTimeFormat: true, verbose: false })
  } catch {
    // The library has no words for some expressions that can be read.
    return text
  }
}
