/** Serializes the work on each run in this process; runs do not wait for each other. */
export interface RunLocks {
  exclusive<Value>(key: string, work: () => Promise<Value>): Promise<Value>
}

export function createRunLocks(): RunLocks {
  /**
   * Callers that wait for each locked run, in their order. It refers to no promise of earlier work: a map of V8 leads
   * from its old table to the new one, so what an old table still names would outlive many collections.
   */
  const locked = new Map<string, (() => void)[]>()
  return {
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
