/** Tells the server's time from the reader's clock, which may be minutes off. */
export interface ServerClock {
  /**
   * Notes an instant of the log as it comes in.
   *
   * @param isLive - Whether it has surely just happened, not been read from the backlog.
   */
  readonly observe: (at: number, isLive: boolean) => void
  /** Milliseconds since the epoch on the server, as well as it is known. */
  readonly now: () => number
}

/** @param readClock - The reader's clock. @defaultValue Date.now */
export function createServerClock(readClock: () => number = Date.now): ServerClock {
  let lead = Number.POSITIVE_INFINITY
  let hasSeenLive = false
  return {
    observe(at, isLive) {
      hasSeenLive ||= isLive
      // The smallest distance is the one with the least delay on the way.
      lead = Math.min(lead, readClock() - at)
    },
    // An old backlog says nothing of the clock, unless it lies in the future.
    now: () => readClock() - (lead < 0 || (hasSeenLive && Number.isFinite(lead)) ? lead : 0),
  }
}
