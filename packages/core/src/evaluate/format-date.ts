const MONTHS = [
  ...['January', 'February', 'March', 'April', 'May', 'June'],
  ...['July', 'August', 'September', 'October', 'November', 'December'],
] as const
const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'] as const

const padded = (value: number, length: number) => String(value).padStart(length, '0')
const monthOf = (date: Date) => MONTHS[date.getUTCMonth()] as string
const weekdayOf = (date: Date) => WEEKDAYS[date.getUTCDay()] as string
const twelve = (date: Date) => date.getUTCHours() % 12 || 12

/** What each sign of a pattern writes, always in UTC and English. */
const SIGNS: Readonly<Record<string, (date: Date) => string>> = Object.freeze({
  yyyy: (date: Date) => padded(date.getUTCFullYear(), 4),
  yy: (date: Date) => padded(date.getUTCFullYear() % 100, 2),
  MMMM: monthOf,
  MMM: (date: Date) => monthOf(date).slice(0, 3),
  MM: (date: Date) => padded(date.getUTCMonth() + 1, 2),
  M: (date: Date) => String(date.getUTCMonth() + 1),
  dd: (date: Date) => padded(date.getUTCDate(), 2),
  d: (date: Date) => String(date.getUTCDate()),
  EEEE: weekdayOf,
  EEE: (date: Date) => weekdayOf(date).slice(0, 3),
  HH: (date: Date) => padded(date.getUTCHours(), 2),
  H: (date: Date) => String(date.getUTCHours()),
  hh: (date: Date) => padded(twelve(date), 2),
  h: (date: Date) => String(twelve(date)),
  mm: (date: Date) => padded(date.getUTCMinutes(), 2),
  m: (date: Date) => String(date.getUTCMinutes()),
  ss: (date: Date) => padded(date.getUTCSeconds(), 2),
  s: (date: Date) => String(date.getUTCSeconds()),
  SSS: (date: Date) => padded(date.getUTCMilliseconds(), 3),
  a: (date: Date) => (date.getUTCHours() < 12 ? 'AM' : 'PM'),
})

/** A date by a pattern, or the first sign of the pattern that is not known. */
export type FormattedDate = { readonly text: string } | { readonly unknown: string }

/** Writes a date by a pattern such as `yyyy-MM-dd`; letters stand for themselves in `'quotes'`, `''` for one. */
export function formatDate(ms: number, pattern: string): FormattedDate {
  const date = new Date(ms)
  const pieces: string[] = []
  for (const [piece, quoted] of pattern.matchAll(/'([^']*)'|([A-Za-z])\2*|[^A-Za-z]/g)) {
    const write = Object.hasOwn(SIGNS, piece) ? SIGNS[piece] : undefined
    if (write !== undefined) pieces.push(write(date))
    else if (quoted !== undefined) pieces.push(quoted || "'")
    else if (/^[A-Za-z]/.test(piece)) return { unknown: piece }
    else pieces.push(piece)
  }
  return { text: pieces.join('') }
}
