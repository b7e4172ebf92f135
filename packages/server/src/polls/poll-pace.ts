import type { PollParams } from '@tenon/core/node'

/** Polls that fail one after the other, after which a trigger is paused. */
export const MOST_FAILURES = 10
const FIRST_PAUSE_MS = 60_000
const LONGEST_PAUSE_MS = 60 * 60_000
const UNITS = { m: 60_000, h: 60 * 60_000, d: 24 * 60 * 60_000 } as const

/** Returns the interval of a poll in milliseconds. */
export function intervalOf({ every }: Pick<PollParams, 'every'>): number {
  return Number(every.slice(0, -1)) * UNITS[every.slice(-1) as keyof typeof UNITS]
}

/**
 * Returns the pause after polls that have failed: it doubles from a minute to an hour, and is no shorter than the interval.
 *
 * @param failures - Their number, at least 1.
 */
export function pauseAfter(failures: number, intervalMs: number): number {
  return Math.max(intervalMs, Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (failures - 1)))
}
