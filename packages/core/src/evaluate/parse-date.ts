import { utc } from '@date-fns/utc'
import { parse } from 'date-fns/parse'

/**
 * Parses a date that is written by a pattern, such as `EEE, d MMM yyyy HH:mm:ss xx` for the dates of mail. Without an
 * offset it is a date in UTC; parts that the pattern does not name are those of `nowMs`, its time of day 00:00.
 *
 * @param pattern - Without letters that `unknownSign` finds.
 * @returns Milliseconds since the Unix epoch; NaN for a text that does not match the pattern.
 */
export function parseDate(text: string, pattern: string, nowMs: number): number {
  return parse(text, pattern, nowMs, { in: utc }).getTime()
}
