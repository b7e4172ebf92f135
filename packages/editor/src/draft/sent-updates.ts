/** Counts the updates that go out on one connection, to know whether the server has stored them all. */
export interface SentUpdates {
  /** A new connection: nothing has gone out on it yet. */
  restart(): void
  /** Looks at a frame that goes out. */
  note(frame: Uint8Array): void
  /** Whether so many stored ones are all there is to store. */
  areAll(stored: number): boolean
}

/** As y-protocols numbers its messages. */
const SYNC = 0
const SYNC_STEP_2 = 1
const SYNC_UPDATE = 2

export function createSentUpdates(): SentUpdates {
  let count = 0
  // The answer to the server's state vector brings along what was written while there was no connection.
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
