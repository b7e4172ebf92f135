import { TenonError } from '@tenon/core/errors'

/** Limits how many transactions each tenant has at once; those that wait get their turn in order. */
export interface TenantSlots {
  /**
   * Waits for a slot of a tenant.
   *
   * @returns A function that releases it; call it once.
   * @throws {@link TenonError} `UNAVAILABLE` after the longest wait.
   */
  acquire(tenantId: string): Promise<() => void>
}

interface Slots {
  used: number
  readonly waiting: Set<() => void>
}

/**
 * @param max - Slots of each tenant; without it there is no limit.
 * @param timeoutMs - Longest wait in milliseconds.
 */
export function createTenantSlots(max: number | undefined, timeoutMs: number): TenantSlots | undefined {
  if (max === undefined) return undefined
  const byTenant = new Map<string, Slots>()
  const release = (tenantId: string, slots: Slots): void => {
    const [next] = slots.waiting
    if (next !== undefined) next()
    else {
      slots.used -= 1
      if (slots.used === 0) byTenant.delete(tenantId)
    }
  }
  return {
    acquire: async (tenantId) => {
      const slots = byTenant.get(tenantId) ?? { used: 0, waiting: new Set() }
      byTenant.set(tenantId, slots)
      if (slots.used < max) slots.used += 1
      else await turnOf(slots, timeoutMs)
      return () => release(tenantId, slots)
    },
  }
}

function turnOf({ waiting }: Slots, timeoutMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const take = (): void => {
      clearTimeout(timer)
      waiting.delete(take)
      resolve()
    }
    const timer = setTimeout(() => {
      waiting.delete(take)
      reject(new TenonError('UNAVAILABLE', 'Other transactions of the tenant use all of its database connections'))
    }, timeoutMs)
    waiting.add(take)
  })
}
