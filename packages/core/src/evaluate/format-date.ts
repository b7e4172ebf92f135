const MONTHS = [
  ...['January', 'February', 'March', 'April', 'May', 'June'],
  ...['July', 'August', 'September', 'October', 'November', 'December'],
] as const
const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'] as const

const padded = (value: number, length: number) => String(value).padStart(length, '0')
const monthOf = (date: Date) => MONTHS[date.getUTCMonth()] as string
const weekdayOf = (date: Date) => WEEKDAYS[date.getUTCDay()] as string
const twelve = (date: Date) => date.getUTCHours() % 12 || 12

/** Output of each pattern letter, always in English. */
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

function offsetText(minutes: number, colon: string): string {
  const size = Math.abs(minutes)
  return `${minutes < 0 ? '-' : '+'}${padded(Math.floor(size / 60), 2)}${colon}${padded(size % 60, 2)}`
}

/** Output of each letter for the offset from UTC; capitals write `Z` for zero. */
const OFFSETS: Readonly<Record<string, (minutes: number) => string>> = Object.freeze({
  xx: (minutes: number) => offsetText(minutes, ''),
  xxx: (minutes: number) => offsetText(minutes, ':'),
  XX: (minutes: number) => (minutes === 0 ? 'Z' : offsetText(minutes, '')),
  XXX: (minutes: number) => (minutes === 0 ? 'Z' : offsetText(minutes, ':')),
})

const PIECES = /'([^']*)'|([A-Za-z])\2*|[^A-Za-z]/g

/** Returns the first unknown letters of a pattern; `null` if all are known. */
export function unknownSign(pattern: string): string | null {
  for (const [piece] of pattern.matchAll(PIECES)) {
    if (/^[A-Za-z]/.test(piece) && !Object.hasOwn(SIGNS, piece) && !Object.hasOwn(OFFSETS, piece)) return piece
  }
  return null
}

/**
 * Writes a date by a pattern such as `yyyy-MM-dd`; letters are literal in `'quotes'`, `''` for one.
 *
 * @param pattern - Without letters that {@link unknownSign} finds.
 * @param offsetMinutes - Offset from UTC of the written date, in minutes.
 */
export function formatDate(ms: number, pattern: string, offsetMinutes: number): string {
  const date = new Date(ms + offsetMinutes * 60_000)
  const pieces: string[] = []
  for (const [piece, quoted] of pattern.matchAll(PIECES)) {
    if (Object.hasOwn(SIGNS, piece)) pieces.push((SIGNS[piece] as (date: Date) => string)(date))
    else if (Object.hasOwn(OFFSETS, piece)) pieces.push((OFFSETS[piece] as (minutes: number) => string)(offsetMinutes))
    else pieces.push(quoted === undefined ? piece : quoted || "'")
  }
  return pieces.join('')
}
