import { durationToMs, type Json } from '@tenon/core/document'

const TIME = /^[0-9]{4}-[0-9]{2}-[0-9]{2}T/

/** Returns the greater one of two cursors: times by their instant, numbers by their value, other texts by their characters. */
export function greatest(one: Json, other: Json): Json {
  if (one === null) return other
  return isAfter(other, one) ? other : one
}

function isAfter(one: Json, other: Json): boolean {
  if (typeof one === 'number' && typeof other === 'number') return one > other
  const [a, b] = [timeOf(one), timeOf(other)]
  return a !== null && b !== null ? a > b : String(one) > String(other)
}

/** Returns a cursor that is a time, moved back by a duration; any other one as it is. */
export function timeBefore(cursor: Json, overlap: string): Json {
  const at = timeOf(cursor)
  const ms = durationToMs(overlap)
  return at === null || ms === 0 ? cursor : new Date(at - ms).toISOString()
}

function timeOf(value: Json): number | null {
  const at = typeof value === 'string' && TIME.test(value) ? Date.parse(value) : Number.NaN
  return Number.isNaN(at) ? null : at
}
