import type { TenantId } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import type { RuntimeLog } from '@tenon/runtime'
import { RateLimiterMemory } from 'rate-limiter-flexible'
import type { Limits, Rate, RateLimiter, RateLimiterSettings, RateName } from './limit-options.ts'

/** Measures what each tenant asks for. */
export interface RateLimits {
  /**
   * @param points - Weight of this request. @defaultValue 1
   * @throws {@link TenonError} `RATE_LIMITED` with `retryAfterMs` when the tenant has used its rate up.
   */
  take(tenantId: TenantId, name: RateName, points?: number): Promise<void>
  /**
   * Measures a part of a tenant, such as a trigger. It has half of the rate, so that others of the tenant have the rest.
   *
   * @throws {@link TenonError} `RATE_LIMITED` with `retryAfterMs`.
   */
  takePart(part: string, name: RateName): Promise<void>
}

const BURST_S = 60

/** @param rates - Null lets everything through. */
export function createRateLimits(
  { rates, rateLimiter }: Pick<Limits, 'rates' | 'rateLimiter'>,
  log: RuntimeLog,
): RateLimits {
  if (rates === null) return { take: async () => undefined, takePart: async () => undefined }
  const all = rates
  const buckets = new Map<string, Bucket>()

  function bucketOf(key: string, rate: Rate): Bucket {
    const known = buckets.get(key)
    if (known !== undefined) return known
    const bucket = createBucket(key, rate, rateLimiter, log)
    buckets.set(key, bucket)
    return bucket
  }

  return {
    async take(tenantId, name, points = 1) {
      const waitMs = await bucketOf(name, all[name])(tenantId, points)
      if (waitMs !== null) throw limited('tenant', name, waitMs)
    },
    async takePart(part, name) {
      const { perSecond, burst } = all[name]
      const half = { perSecond: Math.ceil(perSecond / 2), burst: Math.ceil(burst / 2) }
      const waitMs = await bucketOf(`${name}-part`, half)(part, 1)
      if (waitMs !== null) throw limited('address', name, waitMs)
    },
  }
}

function limited(who: string, name: RateName, retryAfterMs: number): TenonError {
  return new TenonError('RATE_LIMITED', `The ${who} has reached its rate limit for ${describe(name)}`, {
    details: { rate: name, retryAfterMs },
  })
}

function describe(name: RateName): string {
  return name === 'validation' ? 'validation' : `${name} requests`
}

/** @returns Null when the points were there, else the milliseconds until some are. */
type Bucket = (tenantId: TenantId, points: number) => Promise<number | null>

function createBucket(
  name: string,
  { perSecond, burst }: Rate,
  rateLimiter: Limits['rateLimiter'],
  log: RuntimeLog,
): Bucket {
  if (perSecond === Number.POSITIVE_INFINITY) return async () => null
  const make = (part: string, points: number, duration: number): Bucket =>
    createCounter({ keyPrefix: `tenon:${name}:${part}`, points, duration }, rateLimiter, log)
  const steady = make('steady', perSecond, 1)
  const extra = make('burst', burst, BURST_S)
  return async function take(tenantId, points) {
    const waitMs = await steady(tenantId, points)
    if (waitMs === null) return null
    const longWaitMs = await extra(tenantId, points)
    if (longWaitMs === null) return null
    // Requests larger than the share of a second never fit into one.
    return points > perSecond ? longWaitMs : waitMs
  }
}

/** One counter, in the host's store and in memory while that does not answer. */
function createCounter(settings: RateLimiterSettings, rateLimiter: Limits['rateLimiter'], log: RuntimeLog): Bucket {
  const memory = new RateLimiterMemory(settings)
  const shared = rateLimiter?.(settings)
  let isAway = false
  return async function count(tenantId, points) {
    if (shared === undefined) return consume(memory, tenantId, points)
    try {
      const waitMs = await consume(shared, tenantId, points)
      isAway = false
      return waitMs
    } catch (error) {
      // Once for each outage: requests come by the thousand.
      if (!isAway) {
        log('warn', 'limits.store_failed: counting in memory', {
          limiter: settings.keyPrefix,
          reason: error instanceof Error ? error.name : 'unknown',
        })
      }
      isAway = true
      return consume(memory, tenantId, points)
    }
  }
}

async function consume(limiter: RateLimiter, key: string, points: number): Promise<number | null> {
  try {
    await limiter.consume(key, points)
    return null
  } catch (thrown) {
    const waitMs = waitOf(thrown)
    if (waitMs === null) throw thrown
    return waitMs
  }
}

/** A refusal says when it ends; anything else is a failure of the store. */
function waitOf(thrown: unknown): number | null {
  if (thrown instanceof Error || typeof thrown !== 'object' || thrown === null) return null
  const { msBeforeNext } = thrown as { readonly msBeforeNext?: unknown }
  return typeof msBeforeNext === 'number' && Number.isFinite(msBeforeNext) ? Math.max(1, Math.ceil(msBeforeNext)) : null
}
