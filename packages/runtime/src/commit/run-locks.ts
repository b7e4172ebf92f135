/** Serializes the work on each run in this process; runs do not wait for each other. */
export interface RunLocks {
  exclusive<Value>(key: string, work: () => Promise<Value>): Promise<Value>
}

export function createRunLocks(): RunLocks {
  const tails = new Map<string, Promise<unknown>>()
  return {
    exclusive: async (key, work) => {
      const before = tails.get(key)
      const mine = before === undefined ? work() : before.then(work, work)
      tails.set(key, mine)
      try {
        return await mine
      } finally {
        if (tails.get(key) === mine) tails.delete(key)
      }
    },
  }
}
