import type { TenantId } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'

/** Requests that wait for a run, counted for each tenant. */
export interface HeldRequests {
  /**
   * Counts a request, before anything is started for it.
   *
   * @returns `leave`; later calls do nothing.
   * @throws {@link TenonError} `RATE_LIMITED` when the tenant has too many.
   */
  enter(tenantId: TenantId): () => void
}

/** Wait before a request that was refused may be tried again. */
const RETRY_MS = 1_000

/** @param most - Requests of one tenant that may wait in this process. */
export function createHeldRequests(most: number): HeldRequests {
  const counts = new Map<TenantId, number>()
  return {
    enter(tenantId) {
      const count = counts.get(tenantId) ?? 0
      if (count >= most) {
        throw new TenonError('RATE_LIMITED', `${most} requests of the tenant wait for runs, and no more may`, {
          details: { retryAfterMs: RETRY_MS },
        })
      }
      counts.set(tenantId, count + 1)
      let isLeft = false
      return () => {
        if (isLeft) return
        isLeft = true
        const left = (counts.get(tenantId) ?? 1) - 1
        if (left === 0) counts.delete(tenantId)
        else counts.set(tenantId, left)
      }
    },
  }
}
