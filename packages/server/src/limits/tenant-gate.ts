import { TenonError } from '@tenon/core/errors'
import pLimit, { type LimitFunction } from 'p-limit'

/**
 * Lets each tenant work on a few things at once, so that one with thousands of requests holds a few connections of the
 * database and never all of them.
 */
export interface TenantGate {
  /**
   * @param key - Tenant, or a part of one, that takes its turn apart from others.
   * @throws {@link TenonError} `RATE_LIMITED` when too much waits already; the error of `work`.
   */
  run<Result>(key: string, work: () => Promise<Result>): Promise<Result>
}

/** Wait before a request that was refused may be tried again. */
const RETRY_MS = 1_000

/**
 * @param concurrency - Things of one tenant that are worked on at once.
 * @param waiting - Things of one tenant that may wait.
 * @param what - The things, for the message: `requests`.
 */
export function createTenantGate(concurrency: number, waiting: number, what: string): TenantGate {
  if (concurrency === Number.POSITIVE_INFINITY) return { run: (_key, work) => work() }
  const gates = new Map<string, LimitFunction>()
  return {
    async run(key, work) {
      const gate = gates.get(key) ?? pLimit(concurrency)
      if (gate.activeCount >= concurrency && gate.pendingCount >= waiting) {
        throw new TenonError('RATE_LIMITED', `Too many ${what} of the tenant at once`, {
          details: { retryAfterMs: RETRY_MS },
        })
      }
      gates.set(key, gate)
      try {
        return await gate(work)
      } finally {
        if (gate.activeCount === 0 && gate.pendingCount === 0) gates.delete(key)
      }
    },
  }
}
