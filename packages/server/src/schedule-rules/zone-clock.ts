/** The clocks of a time zone. */
export interface ZoneClock {
  /** Name of the time zone. */
  readonly zone: string
  /** Returns an instant as clocks show it. @param at - Milliseconds since the Unix epoch. */
  localOf(at: number): LocalTime
  /** Checks whether clocks show the minute of an instant twice, since they are set back around it. */
  isRepeated(at: number): boolean
}

/** A time that clocks show. */
export interface LocalTime {
  /** `2026-11-30`. */
  readonly date: string
  /** `09:00`. */
  readonly time: string
  /** Minute of the day, from 0. */
  readonly minute: number
  /** Day of the week, 0 for Sunday. */
  readonly weekday: number
}

/** Clocks are set back by half an hour or by an hour. */
const SHIFTS_MS = [30 * 60_000, 60 * 60_000]

/**
 * Opens the clocks of a time zone.
 *
 * @throws {@link RangeError} for a zone that this process does not know.
 */
export function createZoneClock(zone: string): ZoneClock {
  const format = new Intl.DateTimeFormat('en-US', {
    ...{ timeZone: zone, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit' },
    ...{ hour: '2-digit', minute: '2-digit' },
  })
  const localOf = (at: number): LocalTime => {
    const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]))
    const { year = '', month = '', day = '', hour = '', minute = '' } = parts
    const date = `${year.padStart(4, '0')}-${month}-${day}`
    return {
      ...{ date, time: `${hour}:${minute}`, minute: Number(hour) * 60 + Number(minute) },
      weekday: new Date(`${date}T00:00Z`).getUTCDay(),
    }
  }
  const nameOf = (at: number) => {
    const { date, time } = localOf(at)
    return `${date} ${time}`
  }
  return {
    zone,
    localOf,
    isRepeated: (at) => SHIFTS_MS.some((ms) => [at - ms, at + ms].some((other) => nameOf(other) === nameOf(at))),
  }
}
