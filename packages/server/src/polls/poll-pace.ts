import type { PollParams } from '@tenon/core/node'

/** Polls that fail one after the other, after which a trigger is paused. */
export const MOST_FAILURES = 10
const FIRST_PAUSE_MS = 60_000
/** Pause before a poll is tried again that waits for its connection, or for room for its runs. */
const FIRST_WAIT_MS = 30_000
const LONGEST_PAUSE_MS = 60 * 60_000
const UNITS = { m: 60_000, h: 60 * 60_000, d: 24 * 60 * 60_000 } as const

/** Returns the interval of a poll in milliseconds. */
export function intervalOf({ every }: Pick<PollParams, 'every'>): number {
  return Number(every.slice(0, -1)) * UNITS[every.slice(-1) as keyof typeof UNITS]
}

/**
 * Returns the pause after polls that have failed: it doubles from a minute, and is no shorter than the interval and no longer
 * than an hour, so that a poll of each day does not miss a day for one failure.
 *
 * @param failures - Their number, at least 1.
 */
export function pauseAfter(failures: number, intervalMs: number): number {
  return Math.min(LONGEST_PAUSE_MS, Math.max(intervalMs, FIRST_PAUSE_MS * 2 ** (failures - 1)))
}

/**
 * Returns the pause after polls that had to wait: it doubles from half a minute to the interval, or to an hour, so that a
 * service is not asked more often for items that find no room for long.
 *
 * @param waits - Their number, at least 1.
 */
export function waitAfter(waits: number, intervalMs: number): number {
  return Math.min(LONGEST_PAUSE_MS, intervalMs, FIRST_WAIT_MS * 2 ** (waits - 1))
}
