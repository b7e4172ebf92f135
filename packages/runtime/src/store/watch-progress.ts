import type { Appender } from './appender.ts'

/** An appender that knows whether the database stores what it is given. */
export interface WatchedAppender extends Appender {
  /**
   * Checks whether appends are handed over and none has been stored for `stallMs`: a worker in this state must not keep
   * its runs, however well its lease is renewed by another connection.
   */
  isStalled(): boolean
}

export interface WatchOptions {
  /** Time without a stored append after which appends are stalled, in milliseconds. */
  readonly stallMs: number
  /** A clock that no change of the system time moves, such as `performance.now`. */
  readonly monotonicMs: () => number
}

/** Watches the appends of a process. */
export function watchProgress(appender: Appender, { stallMs, monotonicMs }: WatchOptions): WatchedAppender {
  let inFlight = 0
  /** Since when appends have been tried without success; null if the last one was stored. */
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
      // What failed long ago is not tried again: there is nothing to store, and so nothing that stalls.
      if (inFlight === 0 && now - failedAt >= stallMs) tryingSince = null
      return tryingSince !== null && now - tryingSince >= stallMs
    },
  }
}
