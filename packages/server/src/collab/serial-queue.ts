/** Runs pieces of work one after the other, in the order in which they were added. */
export interface SerialQueue {
  /** A piece that throws fails its own caller only. */
  add<Value>(work: () => Promise<Value>): Promise<Value>
  /** Resolves when nothing is left to do. */
  idle(): Promise<void>
}

export function createSerialQueue(): SerialQueue {
  let tail: Promise<unknown> = Promise.resolve()
  return {
    add(work) {
      const result = tail.then(work)
      tail = result.catch(() => undefined)
      return result
    },
    async idle() {
      for (let seen: unknown; seen !== tail; ) {
        seen = tail
        await tail
      }
    },
  }
}
