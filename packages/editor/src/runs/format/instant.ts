import { clampInstant } from '@tenon/core/document'

/** Formats a time of day to the millisecond, in the reader's time zone: `10:42:07.318`. */
export function formatClock(at: number, locale: string): string {
  return new Intl.DateTimeFormat(locale, {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    fractionalSecondDigits: 3,
    hourCycle: 'h23',
  }).format(clampInstant(at))
}

/** Formats day and time of day: `Nov 23, 10:42`. */
export function formatMoment(at: number, locale: string): string {
  return new Intl.DateTimeFormat(locale, {
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).format(clampInstant(at))
}

/** Formats day and time of day to the second, for events that may come within a minute: `Nov 23, 10:42:07`. */
export function formatSecond(at: number, locale: string): string {
  return new Intl.DateTimeFormat(locale, {
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  }).format(clampInstant(at))
}

const STEPS: readonly (readonly [unit: Intl.RelativeTimeFormatUnit, ms: number])[] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
]

/** Formats a relative time: `48 minutes ago`, `yesterday`, and `now` within the last minute. */
export function formatAgo(at: number, now: number, locale: string): string {
  const format = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' })
  for (const [unit, ms] of STEPS) {
    if (now - at >= ms) return format.format(-Math.floor((now - at) / ms), unit)
  }
  return format.format(0, 'second')
}
