import type { Appender } from './appender.ts'

/** An appender that detects whether the database stores its appends. */
export interface WatchedAppender extends Appender {
  /**
   * Checks whether appends are pending and none has been stored for `stallMs`. A worker in this state must not keep its
   * runs, even if another connection renews its lease.
   */
  isStalled(): boolean
}

export interface WatchOptions {
  /** Time without a stored append after which appends are stalled, in milliseconds. */
  readonly stallMs: number
  /** A clock that is independent of the system time, such as `performance.now`. */
  readonly monotonicMs: () => number
}

/** Watches the appends of a process. */
export function watchProgress(appender: Appender, { stallMs, monotonicMs }: WatchOptions): WatchedAppender {
  let inFlight = 0
  /** Time since which appends have failed; null if the last one was stored. */
  let tryingSince: number | null = null
  let failedAt = Number.NEGATIVE_INFINITY
  return {
    append: async (append) => {
      inFlight += 1
      tryingSince ??= monotonicMs()
      try {
        const result = await appender.append(append)
        tryingSince = inFlight > 1 ? monotonicMs() : null
        return result
      } catch (error) {
        failedAt = monotonicMs()
        throw error
      } finally {
        inFlight -= 1
      }
    },
    drain: () => appender.drain(),
    isStalled: () => {
      const now = monotonicMs()
      // An append that failed long ago is not retried, so there is nothing to store and no stall.
      if (inFlight === 0 && now - failedAt >= stallMs) tryingSince = null
      return tryingSince !== null && now - tryingSince >= stallMs
    },
  }
}
