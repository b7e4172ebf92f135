/** Limits how much happens at once; those who wait get their turn in order. */
export interface Slots {
  /**
   * Waits for a slot.
   *
   * @returns A function that releases it.
   * @throws The reason of the signal.
   */
  acquire(abortSignal: AbortSignal): Promise<() => void>
  /** `true` if no slot is used. */
  readonly isFree: boolean
  /** `true` if all slots are used. */
  readonly isFull: boolean
  /** `true` if a caller waits for its turn. */
  readonly isAwaited: boolean
}

/** Slots by key. */
export interface KeyedSlots {
  /** As {@link Slots.acquire}, for the slots of one key. */
  acquire(key: string, abortSignal: AbortSignal): Promise<() => void>
}

export function createSlots(max: number): Slots {
  let used = 0
  const waiting = new Set<() => void>()
  const release = (): void => {
    const [next] = waiting
    if (next === undefined) used -= 1
    else next()
  }
  return {
    get isFree() {
      return used === 0
    },
    get isFull() {
      return used >= max
    },
    get isAwaited() {
      return waiting.size > 0
    },
    acquire(abortSignal) {
      abortSignal.throwIfAborted()
      if (used < max) {
        used += 1
        return Promise.resolve(onlyOnce(release))
      }
      return new Promise((resolve, reject) => {
        const take = (): void => {
          waiting.delete(take)
          abortSignal.removeEventListener('abort', leave)
          resolve(onlyOnce(release))
        }
        const leave = (): void => {
          waiting.delete(take)
          reject(abortSignal.reason)
        }
        waiting.add(take)
        abortSignal.addEventListener('abort', leave, { once: true })
      })
    },
  }
}

/** Creates slots that are forgotten when nothing uses their key. */
export function createKeyedSlots(max: number): KeyedSlots {
  const all = new Map<string, Slots>()
  return {
    async acquire(key, abortSignal) {
      abortSignal.throwIfAborted()
      const slots = all.get(key) ?? createSlots(max)
      all.set(key, slots)
      const release = await slots.acquire(abortSignal)
      return () => {
        release()
        if (slots.isFree && all.get(key) === slots) all.delete(key)
      }
    },
  }
}

function onlyOnce(call: () => void): () => void {
  let isCalled = false
  return () => {
    if (!isCalled) call()
    isCalled = true
  }
}
