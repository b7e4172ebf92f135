/** Cache of the least recently used kind: evicts the oldest entries. */
export interface Lru<Value> {
  get(key: string): Value | undefined
  set(key: string, value: Value): void
  delete(key: string): void
}

/**
 * @param capacity - Largest total weight; a single entry above it is not stored.
 * @param weigh - Weight of an entry. @defaultValue 1 each
 */
export function createLru<Value>(capacity: number, weigh: (value: Value) => number = () => 1): Lru<Value> {
  const entries = new Map<string, { readonly value: Value; readonly weight: number }>()
  let total = 0

  const remove = (key: string): void => {
    total -= entries.get(key)?.weight ?? 0
    entries.delete(key)
  }
  return {
    get: (key) => {
      const entry = entries.get(key)
      if (entry === undefined) return undefined
      // A Map keeps the order of insertion: the entry that was set last is the newest.
      entries.delete(key)
      entries.set(key, entry)
      return entry.value
    },
    set: (key, value) => {
      remove(key)
      const weight = weigh(value)
      if (weight > capacity) return
      entries.set(key, { value, weight })
      total += weight
      for (const oldest of entries.keys()) {
        if (total <= capacity) break
        remove(oldest)
      }
    },
    delete: remove,
  }
}
