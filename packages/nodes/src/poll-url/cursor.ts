import { durationToMs, type Json } from '@tenon/core/document'

const TIME = /^[0-9]{4}-[0-9]{2}-[0-9]{2}T/
const ZONE = /(Z|[+-][0-9]{2}(:?[0-9]{2})?)$/i
const DIGITS = /^[0-9]+(\.[0-9]+)?$/

/**
 * Returns the greater one of two cursors: times by their instant, numbers by their value, also in texts, and other texts by
 * their characters.
 */
export function greatest(one: Json, other: Json): Json {
  if (one === null) return other
  return isAfter(other, one) ? other : one
}

function isAfter(one: Json, other: Json): boolean {
  if (typeof one === 'number' && typeof other === 'number') return one > other
  const [a, b] = [timeOf(one), timeOf(other)]
  if (a !== null && b !== null) return a > b
  const [first, second] = [String(one), String(other)]
  return DIGITS.test(first) && DIGITS.test(second) ? isMore(first, second) : first > second
}

/** Compares numbers in texts, which may be longer than a number can be. */
function isMore(one: string, other: string): boolean {
  const [first, second] = [one, other].map((text) => text.replace(/^0+(?=[0-9])/, '')) as [string, string]
  const wholeDigits = (text: string) => text.split('.')[0]?.length ?? 0
  const difference = wholeDigits(first) - wholeDigits(second)
  return difference === 0 ? first > second : difference > 0
}

/** Returns a cursor that is a time, moved back by a duration; any other one as it is. */
export function timeBefore(cursor: Json, overlap: string): Json {
  const at = timeOf(cursor)
  const ms = durationToMs(overlap)
  if (at === null || ms === 0) return cursor
  const moved = new Date(at - ms).toISOString()
  return ZONE.test(String(cursor)) ? moved : moved.slice(0, -1).slice(0, String(cursor).length)
}

/** A time without a zone is read as UTC, whatever the zone of this process is. */
function timeOf(value: Json): number | null {
  if (typeof value !== 'string' || !TIME.test(value)) return null
  const at = Date.parse(ZONE.test(value) ? value : `${value}Z`)
  return Number.isNaN(at) ? null : at
}
