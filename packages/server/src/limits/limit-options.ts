import type { RateClass } from '@tenon/core/api'

/**
 * One rate of a tenant: `perSecond` requests each second, and `burst` more each minute. Measured in
 * requests, for `validation` in nodes and edges of the workflows that are published and tried, and in the nodes that are
 * checked against the workflows that they run.
 */
export interface Rate {
  /** Requests or, for `validation`, nodes and edges that are accepted in each second. */
  readonly perSecond: number
  /** Requests or, for `validation`, nodes and edges that are accepted beyond `perSecond` in each minute. */
  readonly burst: number
}

/** Name of one measure of a tenant's requests. */
export type RateName = RateClass | 'validation'

/**
 * One limiter of the package `rate-limiter-flexible`, by structure. `consume` rejects with an object that has
 * `msBeforeNext` when the points are used up, and with an `Error` when its store does not answer.
 */
export interface RateLimiter {
  /** Takes `points` from the balance of `key`, the id of a tenant. */
  consume(key: string, points: number): Promise<unknown>
}

/** Settings of one limiter, as the constructors of `rate-limiter-flexible` take them. */
export interface RateLimiterSettings {
  /** Unique for each limiter. */
  readonly keyPrefix: string
  /** Points that each key may use within `duration`. */
  readonly points: number
  /** In seconds. */
  readonly duration: number
}

/** Limits of one tenant, or of one of its users, on a server. `Infinity` switches a number off. */
export interface LimitOptions {
  /**
   * Rates of a tenant by class of route; each that is left out keeps its default, and `false` switches all off. Too
   * many requests are answered with 429 and `Retry-After`. Calls in process are not counted.
   *
   * @defaultValue `{ read: { perSecond: 100, burst: 2_000 }, write: { perSecond: 20, burst: 400 }, edit: { perSecond: 50,
   * burst: 1_000 }, start: { perSecond: 50, burst: 500 }, connect: { perSecond: 20, burst: 400 }, publish: { perSecond: 2,
   * burst: 60 }, callback: { perSecond: 50, burst: 500 }, validation: { perSecond: 2_000, burst: 100_000 } }`
   */
  readonly rates?: false | Partial<Readonly<Record<RateName, Rate>>>
  /**
   * Makes the limiters, for rates that several processes share. While its store does not answer, each process counts
   * for itself.
   *
   * @defaultValue counters in the memory of the process
   *
   * @example
   * ```ts
   * rateLimiter: (settings) => new RateLimiterRedis({ storeClient: redis, ...settings })
   * ```
   */
  readonly rateLimiter?: (settings: RateLimiterSettings) => RateLimiter
  /** Requests of a tenant that are worked on at once in a process; more wait for their turn. @defaultValue 8 */
  readonly requestsPerTenant?: number
  /** Requests of a tenant that may wait for their turn in a process; more are answered with 429. @defaultValue 500 */
  readonly waitingPerTenant?: number
  /** Bodies of a tenant that are read at once in a process; more are answered with 429. @defaultValue 100 */
  readonly bodiesPerTenant?: number
  /** Files of a tenant that are uploaded at once in a process; more wait for their turn. @defaultValue 8 */
  readonly uploadsPerTenant?: number
  /**
   * Requests of a tenant that wait for a run in a process, such as those of webhooks that answer with it; more are answered
   * with 429, and start nothing.
   *
   * @defaultValue 200
   */
  readonly heldPerTenant?: number
  /** Open sockets and event streams of a tenant in a process; more are refused with 4529 or 429. @defaultValue 2_000 */
  readonly connectionsPerTenant?: number
  /** Open sockets and event streams of one user in a process. @defaultValue 64 */
  readonly connectionsPerUser?: number
  /** Drafts of a tenant that are open for collaboration at once in a process. @defaultValue 500 */
  readonly openDraftsPerTenant?: number
  /** Workflows of a tenant that are not deleted; more are refused with 409 `QUOTA_EXCEEDED`. @defaultValue 10_000 */
  readonly workflowsPerTenant?: number
  /**
   * Stored values of secret params in workflows of a tenant that are not deleted; more are refused with 409
   * `QUOTA_EXCEEDED`. Values of earlier versions count. @defaultValue 20_000
   */
  readonly secretsPerTenant?: number
}

/** {@link LimitOptions} with every default applied. */
export interface Limits {
  /** Null when rates are switched off. */
  readonly rates: Readonly<Record<RateName, Rate>> | null
  readonly rateLimiter: ((settings: RateLimiterSettings) => RateLimiter) | undefined
  readonly requestsPerTenant: number
  readonly waitingPerTenant: number
  readonly bodiesPerTenant: number
  readonly uploadsPerTenant: number
  readonly heldPerTenant: number
  readonly connectionsPerTenant: number
  readonly connectionsPerUser: number
  readonly openDraftsPerTenant: number
  readonly workflowsPerTenant: number
  readonly secretsPerTenant: number
}

const DEFAULT_RATES: Readonly<Record<RateName, Rate>> = {
  read: { perSecond: 100, burst: 2_000 },
  write: { perSecond: 20, burst: 400 },
  edit: { perSecond: 50, burst: 1_000 },
  start: { perSecond: 50, burst: 500 },
  connect: { perSecond: 20, burst: 400 },
  publish: { perSecond: 2, burst: 60 },
  callback: { perSecond: 50, burst: 500 },
  validation: { perSecond: 2_000, burst: 100_000 },
}

/** Fills in the defaults. */
export function resolveLimits(options: LimitOptions = {}): Limits {
  return {
    requestsPerTenant: 8,
    waitingPerTenant: 500,
    bodiesPerTenant: 100,
    uploadsPerTenant: 8,
    heldPerTenant: 200,
    connectionsPerTenant: 2_000,
    connectionsPerUser: 64,
    openDraftsPerTenant: 500,
    workflowsPerTenant: 10_000,
    secretsPerTenant: 20_000,
    ...options,
    rates: options.rates === false ? null : { ...DEFAULT_RATES, ...options.rates },
    rateLimiter: options.rateLimiter,
  }
}
