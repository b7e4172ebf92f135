import type { Slot } from '../commit/commit-types.ts'

/** The slots of the bodies that run at once in this process, shared out between tenants in turn. */
export interface NodeSlots {
  /** A slot at once, or null when all are taken or others wait. */
  tryAcquire(): Slot | null
  /** Waits for a slot; tenants that wait get theirs in turn. Null once the slots are closed. */
  acquire(tenantId: string): Promise<Slot | null>
  /** Gives null to all who wait, now and later. */
  close(): void
  readonly inUse: number
}

/** @param capacity - Bodies at once; ≥ 1. */
export function createNodeSlots(capacity: number): NodeSlots {
  const waiting = new Map<string, ((slot: Slot | null) => void)[]>()
  let inUse = 0
  let isClosed = false

  const take = (): Slot => {
    inUse += 1
    let isHeld = true
    return {
      release: () => {
        if (!isHeld) return
        isHeld = false
        inUse -= 1
        serve()
      },
    }
  }
  const serve = (): void => {
    while (inUse < capacity) {
      const [first] = waiting
      if (first === undefined) return
      const [tenantId, queue] = first
      // To the end of the round, so that a tenant with a long queue cannot starve the others.
      waiting.delete(tenantId)
      const resolve = queue.shift()
      if (queue.length > 0) waiting.set(tenantId, queue)
      resolve?.(take())
    }
  }
  return {
    get inUse() {
      return inUse
    },
    tryAcquire: () => (isClosed || inUse >= capacity || waiting.size > 0 ? null : take()),
    acquire: (tenantId) =>
      new Promise((resolve) => {
        if (isClosed) {
          resolve(null)
          return
        }
        const queue = waiting.get(tenantId) ?? []
        queue.push(resolve)
        waiting.set(tenantId, queue)
        serve()
      }),
    close: () => {
      isClosed = true
      for (const queue of waiting.values()) for (const resolve of queue) resolve(null)
      waiting.clear()
    },
  }
}
