/** Serializes the work on each run in this process; runs do not wait for each other. */
export interface RunLocks {
  exclusive<Value>(key: string, work: () => Promise<Value>): Promise<Value>
  /** Checks whether work would begin at once. */
  isFree(key: string): boolean
}

export function createRunLocks(): RunLocks {
  /**
   * Callers that wait for each locked run, in their order. Without promises of finished work: V8 keeps the old table of a
   * map that has grown alive for a while, and everything that it contains.
   */
  const locked = new Map<string, (() => void)[]>()
  return {
    isFree: (key) => !locked.has(key),
    exclusive: async (key, work) => {
      const queue = locked.get(key)
      if (queue === undefined) locked.set(key, [])
      else await new Promise<void>((resolve) => queue.push(resolve))
      try {
        return await work()
      } finally {
        const next = locked.get(key)?.shift()
        if (next === undefined) locked.delete(key)
        else next()
      }
    },
  }
}
