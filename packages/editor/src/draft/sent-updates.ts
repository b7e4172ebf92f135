/** Counts the updates sent on one connection, to detect when the server has stored them all. */
export interface SentUpdates {
  /** Resets the count for a new connection. */
  restart(): void
  /** Counts a sent frame if it contains an update. */
  note(frame: Uint8Array): void
  /** Checks whether `stored` updates are all that were sent. */
  areAll(stored: number): boolean
}

/** Message types of y-protocols. */
const SYNC = 0
const SYNC_STEP_2 = 1
const SYNC_UPDATE = 2

export function createSentUpdates(): SentUpdates {
  let count = 0
  // The response to the server's state vector contains the changes from before the connection.
  let isCaughtUp = false
  return {
    restart() {
      count = 0
      isCaughtUp = false
    },
    note([type, step]) {
      if (type !== SYNC || (step !== SYNC_STEP_2 && step !== SYNC_UPDATE)) return
      count += 1
      isCaughtUp ||= step === SYNC_STEP_2
    },
    areAll: (stored) => isCaughtUp && stored === count,
  }
}
