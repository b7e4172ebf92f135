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

function onlyOnce(call: () => void): () => void {
  let isCalled = false
  return () => {
    if (!isCalled) call()
    isCalled = true
  }
}
