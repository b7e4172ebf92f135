import type { RunLocks } from './run-locks.ts'

/** Adds an item for a run, which is processed under the run's lock. */
type Gather<Item> = (key: string, item: Item) => void

/**
 * Gathers the items of each run while the run is locked, so that they are processed together when it is free.
 *
 * @param process - Called under the lock with the items in the order of their arrival, at least one; never rejects.
 * Returns the number of those that it has processed, ≥ 1; the others come first the next time.
 */
export function createGather<Item>(
  locks: RunLocks,
  process: (key: string, items: readonly Item[]) => Promise<number>,
): Gather<Item> {
  /** Items of each run for which a call of {@link RunLocks.exclusive} waits. */
  const gathered = new Map<string, Item[]>()

  const processNext = (key: string): Promise<void> =>
    locks.exclusive(key, async () => {
      const items = gathered.get(key) ?? []
      // Items that arrive from now on wait for the lock again.
      gathered.delete(key)
      const left = items.slice(await process(key, items))
      if (left.length === 0) return
      const later = gathered.get(key)
      if (later !== undefined) later.unshift(...left)
      // Behind others that wait for the lock, such as a cancelation.
      else add(key, left)
    })
  const add = (key: string, items: Item[]): void => {
    gathered.set(key, items)
    void processNext(key)
  }
  return (key, item) => {
    const waiting = gathered.get(key)
    if (waiting === undefined) add(key, [item])
    else waiting.push(item)
  }
}
