import { utcDate } from './instant.ts'

export type TimeUnit = 'millisecond' | 'second' | 'minute' | 'hour' | 'day' | 'week' | 'month' | 'year'

const UNIT_MS: Readonly<Partial<Record<TimeUnit, number>>> = Object.freeze({
  millisecond: 1,
  second: 1_000,
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
  week: 604_800_000,
})
const DAY_MS = 86_400_000
// The first Monday after the epoch, so that weeks begin on Mondays.
const FIRST_MONDAY_MS = 4 * DAY_MS

/** Returns the unit of a name; `days` and `day` are the same. */
export const unitNamed = (name: string): TimeUnit => name.replace(/s$/, '') as TimeUnit

const monthsIn = (unit: TimeUnit) => (unit === 'year' ? 12 : 1)

function addMonths(ms: number, months: number): number {
  const date = new Date(ms)
  const month = date.getUTCMonth() + months
  const lastDay = utcDate(date.getUTCFullYear(), month + 1, 0).getUTCDate()
  const day = utcDate(date.getUTCFullYear(), month, Math.min(date.getUTCDate(), lastDay))
  return day.getTime() + (ms - Math.floor(ms / DAY_MS) * DAY_MS)
}

/** Moves an instant by a whole amount; NaN beyond the range of dates. */
export function addUnits(ms: number, amount: number, unit: TimeUnit): number {
  const unitMs = UNIT_MS[unit]
  return unitMs === undefined ? addMonths(ms, amount * monthsIn(unit)) : ms + amount * unitMs
}

function monthsBetween(from: number, to: number): number {
  const [start, end] = [new Date(from), new Date(to)]
  const years = end.getUTCFullYear() - start.getUTCFullYear()
  const months = 12 * years + end.getUTCMonth() - start.getUTCMonth()
  return addMonths(from, months) > to ? months - 1 : months
}

/** Counts the whole units from one instant to another; negative if the other is earlier. */
export function unitsBetween(from: number, to: number, unit: TimeUnit): number {
  if (to < from) return 0 - unitsBetween(to, from, unit)
  const unitMs = UNIT_MS[unit]
  return Math.floor(unitMs === undefined ? monthsBetween(from, to) / monthsIn(unit) : (to - from) / unitMs)
}

/** Returns the first instant of the unit that contains an instant. */
export function startOfUnit(ms: number, unit: TimeUnit): number {
  const date = new Date(ms)
  if (unit === 'year') return utcDate(date.getUTCFullYear(), 0, 1).getTime()
  if (unit === 'month') return utcDate(date.getUTCFullYear(), date.getUTCMonth(), 1).getTime()
  const unitMs = UNIT_MS[unit] as number
  const origin = unit === 'week' ? FIRST_MONDAY_MS : 0
  return Math.floor((ms - origin) / unitMs) * unitMs + origin
}
