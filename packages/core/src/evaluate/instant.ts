import type { Json } from '../json.ts'
import type { FunctionCall } from './function-body.ts'

const ISO =
  /^(\d{4})-(\d{2})-(\d{2})(?:T(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,9})?)?(?:Z|[+-](?:[01]\d|2[0-3])(?::?[0-5]\d)?))?$/
const MOST_CHARACTERS = 40
const FIRST_MS = Date.parse('0000-01-01T00:00:00.000Z')
const LAST_MS = Date.parse('9999-12-31T23:59:59.999Z')

/** Creates a UTC date from its parts; parts beyond their range carry over. */
export function utcDate(year: number, month: number, day: number): Date {
  const date = new Date(0)
  // Date.UTC would take the years 0 to 99 for 1900 to 1999.
  date.setUTCFullYear(year, month, day)
  return date
}

function isInCalendar(year: number, month: number, day: number): boolean {
  const date = utcDate(year, month - 1, day)
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day
}

/** Checks that an instant is in the years 0 to 9999, and rounds it to whole milliseconds. */
export function checkedInstant(ms: number, call: FunctionCall): number {
  if (Number.isInteger(ms) && ms >= FIRST_MS && ms <= LAST_MS) return ms
  throw call.fault('EXPRESSION_VALUE', `${call.name}: the date is outside the years 0 to 9999`)
}

/** ISO 8601 allows `+0200` and `+02` for `+02:00`, the only form that the platform reads. */
function withColon(text: string): string {
  const [, hours, minutes = '00'] = /T.*([+-]\d\d)(?::?(\d\d))?$/.exec(text) ?? []
  return hours === undefined ? text : text.replace(/[+-][\d:]+$/, `${hours}:${minutes}`)
}

/**
 * Returns the milliseconds since the Unix epoch of a text that is exactly an ISO 8601 date, as {@link toInstant} reads
 * it; `null` for other texts.
 */
export function instantOfText(text: string): number | null {
  const parts = text.length > MOST_CHARACTERS ? null : ISO.exec(text)
  const isDate = parts !== null && isInCalendar(Number(parts[1]), Number(parts[2]), Number(parts[3]))
  return isDate ? Date.parse(withColon(text)) : null
}

/**
 * Converts the argument of a date function to milliseconds since the Unix epoch. A text without a time is midnight UTC;
 * a time needs `Z` or an offset, since expressions have no local time zone.
 */
export function toInstant(value: Json | undefined, call: FunctionCall): number {
  if (typeof value === 'number') return checkedInstant(value, call)
  const ms = instantOfText(value as string)
  if (ms !== null) return checkedInstant(ms, call)
  const forms = '"2026-01-31", "2026-01-31T10:00:00+02:00" or milliseconds since 1970'
  throw call.fault('EXPRESSION_VALUE', `${call.name} takes a date such as ${forms}`)
}

export function isoText(ms: number): string {
  return new Date(ms).toISOString()
}
