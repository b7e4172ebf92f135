/** Days of the week as params name them, in the order of `Date.getUTCDay`. */
export const WEEKDAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'] as const

/** Hours of a day, on some days of the week, by the clock of a time zone. */
export interface BusinessHours {
  /** IANA name of the zone. */
  readonly zone: string
  /** Days on which there are hours; not empty. */
  readonly days: readonly (typeof WEEKDAYS)[number][]
  /** Begin, such as `09:00`. */
  readonly from: string
  /** End, exclusive and later than `from`; `24:00` is midnight. */
  readonly to: string
}

const DAY_MS = 86_400_000

/** Checks whether the platform knows a time zone by this name. */
export function isTimeZone(zone: string): boolean {
  try {
    clockOf(zone)
    return true
  } catch {
    return false
  }
}

/** Returns the first instant from `now` on that is within the hours: `now` itself, or the next begin. */
export function nextBusinessTime(now: number, { zone, days, from, to }: BusinessHours): number {
  const clock = clockOf(zone)
  const today = new Date(localTime(clock, now))
  // The same weekday of the next week is the last one to look at.
  for (let ahead = 0; ahead <= 7; ahead += 1) {
    const date = Date.UTC(today.getUTCFullYear(), today.getUTCMonth(), today.getUTCDate() + ahead)
    if (!days.includes(WEEKDAYS[new Date(date).getUTCDay()] ?? 'sunday')) continue
    if (now >= instantOf(clock, date + msOf(to))) continue
    return Math.max(now, instantOf(clock, date + msOf(from)))
  }
  return now
}

function msOf(timeOfDay: string): number {
  const [hours = 0, minutes = 0] = timeOfDay.split(':').map(Number)
  return (hours * 60 + minutes) * 60_000
}

function clockOf(timeZone: string): Intl.DateTimeFormat {
  const digits = { year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric' } as const
  return new Intl.DateTimeFormat('en-US', { timeZone, hourCycle: 'h23', second: 'numeric', ...digits })
}

/** Returns what the clock shows at an instant, as if it were UTC. */
function localTime(clock: Intl.DateTimeFormat, instant: number): number {
  const parts = new Map(clock.formatToParts(instant).map(({ type, value }) => [type, Number(value)]))
  const [year, month, day, hour, minute, second] = (['year', 'month', 'day', 'hour', 'minute', 'second'] as const).map(
    (name) => parts.get(name) ?? 0,
  ) as [number, number, number, number, number, number]
  return Date.UTC(year, month - 1, day, hour, minute, second)
}

/**
 * Returns the instant at which the clock shows a local time: of two, the earlier one. A time that a change of the clock
 * skips is as much later as the clock was put forward.
 */
function instantOf(clock: Intl.DateTimeFormat, local: number): number {
  const offsetAt = (instant: number) => localTime(clock, instant) - instant
  const before = offsetAt(local - DAY_MS)
  const found = [before, offsetAt(local + DAY_MS)].map((offset) => local - offset)
  const shown = found.filter((instant) => localTime(clock, instant) === local)
  return shown.length === 0 ? local - before : Math.min(...shown)
}
