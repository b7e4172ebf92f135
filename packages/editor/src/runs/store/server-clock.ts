/** Estimates the server's time from the reader's clock, which may be minutes off. */
export interface ServerClock {
  /**
   * Records an instant of the log when it arrives.
   *
   * @param isLive - True if the event has just happened and is not from the backlog.
   */
  readonly observe: (at: number, isLive: boolean) => void
  /** Returns the estimated time of the server, in milliseconds since the epoch. */
  readonly now: () => number
}

/** @param readClock - Clock of the reader. @defaultValue Date.now */
export function createServerClock(readClock: () => number = Date.now): ServerClock {
  let lead = Number.POSITIVE_INFINITY
  let hasSeenLive = false
  return {
    observe(at, isLive) {
      hasSeenLive ||= isLive
      // The smallest difference has the least network delay.
      lead = Math.min(lead, readClock() - at)
    },
    // A backlog gives no information about the clock, unless it is in the future.
    now: () => readClock() - (lead < 0 || (hasSeenLive && Number.isFinite(lead)) ? lead : 0),
  }
}
