import type { TenantId } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import type { ConnectorRateLimit } from '@tenon/core/node'
import type { RequestPace } from '@tenon/runtime'
import { holdRequests, planRequest } from '../tables/request-pace-repository.ts'
import type { ServerDatabase } from '../tables/server-tables.ts'

/** Longest wait within an attempt: a longer one would keep a slot of the worker for nothing. */
const MAX_WAIT_MS = 5_000
/** Longest time for which a service can hold all requests of a connection: one is tried then. */
const MAX_HOLD_MS = 3_600_000

/**
 * Creates the pace of a connection. Requests of all processes are planned in one row, by the clock of the database: each
 * gets the next free time.
 */
export function createRequestPace(
  database: ServerDatabase,
  tenantId: TenantId,
  connectionId: string,
  { perSecond, burst }: ConnectorRateLimit,
): RequestPace {
  const intervalMs = Math.ceil(1_000 / perSecond)
  const plan = { intervalMs, burstMs: (burst - 1) * intervalMs, maxWaitMs: MAX_WAIT_MS }
  return {
    async admit(abortSignal) {
      const { isPlanned, waitMs } = await database.withTenant(tenantId, (tx) =>
        planRequest(tx, tenantId, connectionId, plan),
      )
      if (!isPlanned) {
        throw new TenonError('CONNECTION_RATE_LIMITED', 'The connection has reached the rate of its service', {
          details: { sent: false, retryAfterMs: waitMs },
        })
      }
      if (waitMs > 0) await sleep(waitMs, abortSignal)
    },
    holdFor: (waitMs) =>
      database.withTenant(tenantId, (tx) =>
        holdRequests(tx, tenantId, connectionId, Math.min(waitMs, MAX_HOLD_MS) + plan.burstMs),
      ),
  }
}

function sleep(waitMs: number, abortSignal: AbortSignal | undefined): Promise<void> {
  abortSignal?.throwIfAborted()
  return new Promise((resolve, reject) => {
    const abort = () => {
      clearTimeout(timer)
      reject(abortSignal?.reason as Error)
    }
    const timer = setTimeout(() => {
      abortSignal?.removeEventListener('abort', abort)
      resolve()
    }, waitMs)
    abortSignal?.addEventListener('abort', abort, { once: true })
  })
}
