import type { Slot } from '../../commit/commit-types.ts'

/** Slots of the bodies that run at once in this process, shared fairly between tenants. */
export interface NodeSlots {
  /** Gives a slot at once; null if all are in use, or the tenant has its maximum or is waiting already. */
  tryAcquire(tenantId: string): Slot | null
  /** Waits for a slot. Resolves with null once the slots are closed. */
  acquire(tenantId: string): Promise<Slot | null>
  /** Resolves all waiting and later calls with null. */
  close(): void
  /** Slots in use. */
  readonly inUse: number
  /** Free slots. */
  readonly free: number
}

export interface NodeSlotsOptions {
  /** Most bodies at once; ≥ 1. */
  readonly capacity: number
  /** Slots that no single tenant may fill, so that another one gets a slot at once; below `capacity`. @defaultValue 0 */
  readonly reserved?: number
  /** Share of a tenant in relation to others, when several wait; > 0. @defaultValue 1 for each */
  readonly weightOf?: (tenantId: string) => number
}

type Waiter = (slot: Slot | null) => void

/** Creates the slots of one process. A free slot goes to the waiting tenant with the fewest slots for its weight. */
export function createNodeSlots({ capacity, reserved = 0, weightOf = () => 1 }: NodeSlotsOptions): NodeSlots {
  const mostOfTenant = Math.max(1, capacity - reserved)
  /** Tenants that wait, in the order of their turns. */
  const waiting = new Map<string, Waiter[]>()
  const held = new Map<string, number>()
  let inUse = 0
  let isClosed = false

  const heldBy = (tenantId: string): number => held.get(tenantId) ?? 0
  const grant = (tenantId: string): Slot => {
    inUse += 1
    held.set(tenantId, heldBy(tenantId) + 1)
    let isHeld = true
    return {
      release: () => {
        if (!isHeld) return
        isHeld = false
        inUse -= 1
        const left = heldBy(tenantId) - 1
        if (left === 0) held.delete(tenantId)
        else held.set(tenantId, left)
        serve()
      },
    }
  }
  const nextTenant = (): string | null => {
    let best: { readonly tenantId: string; readonly load: number } | null = null
    for (const tenantId of waiting.keys()) {
      const slots = heldBy(tenantId)
      if (slots >= mostOfTenant) continue
      const load = (slots + 1) / weightOf(tenantId)
      if (best === null || load < best.load) best = { tenantId, load }
    }
    return best?.tenantId ?? null
  }
  const serve = (): void => {
    while (inUse < capacity) {
      const tenantId = nextTenant()
      const queue = tenantId === null ? undefined : waiting.get(tenantId)
      if (tenantId === null || queue === undefined) return
      const resolve = queue.shift()
      // Moved to the end, so that tenants with equal loads take turns.
      waiting.delete(tenantId)
      if (queue.length > 0) waiting.set(tenantId, queue)
      resolve?.(grant(tenantId))
    }
  }
  return {
    get inUse() {
      return inUse
    },
    get free() {
      return capacity - inUse
    },
    tryAcquire: (tenantId) => {
      // While a slot is free, waiting tenants have their maximum, so this overtakes none of them.
      const isFull = isClosed || inUse >= capacity || heldBy(tenantId) >= mostOfTenant
      return isFull || waiting.has(tenantId) ? null : grant(tenantId)
    },
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
