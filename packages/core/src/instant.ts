/** The last instant that is stored and shown, in milliseconds since the Unix epoch: the end of the year 9999. */
export const MAX_INSTANT_MS = 253_402_300_799_999

/**
 * Limits an instant to the years 1970 to 9999, the range of displayed dates. Stored data may hold others, and one of
 * them must not break a list.
 *
 * @param at - Milliseconds since the Unix epoch; NaN counts as 0.
 */
export function clampInstant(at: number): number {
  return Number.isNaN(at) ? 0 : Math.min(MAX_INSTANT_MS, Math.max(0, at))
}

/**
 * Writes an instant as ISO 8601 in UTC; never throws.
 *
 * @param at - Milliseconds since the Unix epoch. Instants before 1970 and after 9999 give the nearest one in the range.
 *
 * @example
 * ```ts
 * isoInstant(0) // '1970-01-01T00:00:00.000Z'
 * ```
 */
export function isoInstant(at: number): string {
  return new Date(clampInstant(at)).toISOString()
}
