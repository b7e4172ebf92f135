import type { Usage } from '@tenon/core/api'
import type { Json, TenantId } from '@tenon/core/document'
import { type ProblemIssue, TenonError } from '@tenon/core/errors'
import { MAX_INLINE_BYTES, makeValueRef } from '@tenon/core/run'
import type { RunReader, RuntimeLog } from '@tenon/runtime'
import { reasonOf } from '../log/reason-of.ts'

/** Limits of what a tenant stores. New runs are refused while it stores that much or more; runs in progress continue. */
export interface DataLimits {
  /** Bytes of the values above 16 kB. @defaultValue no limit */
  readonly payloadBytes?: number
  /** Approvals, failed node runs, events and callbacks that runs wait for at the same time. @defaultValue no limit */
  readonly openWaits?: number
}

/** Returns the limits of a tenant. */
export type DataLimitsOf = (tenantId: TenantId) => DataLimits

/** Measures what tenants store, and compares it with their limits. */
export interface DataUsage {
  /** Returns what a tenant stores, measured at most a minute ago, with its limits. */
  usageOf(tenantId: TenantId): Promise<Omit<Usage, 'runsKeptDays' | 'models'>>
  /**
   * Checks whether a tenant may start a run; asks nothing of the database for a tenant without limits.
   *
   * @throws {@link TenonError} `PAYLOAD_LIMIT_REACHED`, `WAIT_LIMIT_REACHED` (details: `used`, `limit`).
   */
  checkRoom(tenantId: TenantId): Promise<void>
  /**
   * Checks whether a value that is sent to runs in progress may be stored: one that counts, since it is above 16 kB, is
   * refused while the tenant stores as many bytes as it may. A smaller one always may.
   *
   * @param path - Field with the value.
   * @throws {@link TenonError} `PAYLOAD_LIMIT_REACHED` (details: `used`, `limit`, `issues`).
   */
  checkValue(tenantId: TenantId, value: Json, path: readonly string[]): Promise<void>
}

/** Dependencies of {@link createDataUsage}. */
export interface DataUsageDeps {
  readonly reader: Pick<RunReader, 'readUsage'>
  readonly limitsOf: DataLimitsOf | undefined
  readonly log: RuntimeLog
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number
}

/** Time for which a measurement is kept: it takes time in proportion to what is stored. */
const KEPT_MS = 60_000
/** Tenants whose measurements are kept. */
const MOST_TENANTS = 10_000

type Measured = ReturnType<RunReader['readUsage']>

/** Creates the measurement of what tenants store. */
export function createDataUsage({ reader, limitsOf, log, now }: DataUsageDeps): DataUsage {
  const kept = new Map<TenantId, { readonly at: number; readonly usage: Measured }>()
  let lastFault = ''

  const limits = (tenantId: TenantId): DataLimits => {
    if (limitsOf === undefined) return {}
    const report = (reason: string): void => {
      if (reason !== lastFault) log('error', 'data_limits.invalid: no limit applies', { tenantId, reason })
      lastFault = reason
    }
    try {
      const given: unknown = limitsOf(tenantId)
      const { limits, faults } = readLimits(given)
      if (faults.length > 0) report(faults.join(', '))
      return limits
    } catch (error) {
      report(reasonOf(error))
      return {}
    }
  }
  const measure = (tenantId: TenantId): Measured => {
    const found = kept.get(tenantId)
    if (found !== undefined && now() - found.at < KEPT_MS) return found.usage
    const usage = reader.readUsage(tenantId)
    // The oldest entry first.
    kept.delete(tenantId)
    kept.set(tenantId, { at: now(), usage })
    const [oldest] = kept.keys()
    if (kept.size > MOST_TENANTS && oldest !== undefined) kept.delete(oldest)
    usage.catch(() => kept.delete(tenantId))
    return usage
  }
  /** @param refusal - Remedy and issues of the refusal, besides what is stored. */
  const checkBytes = async (
    tenantId: TenantId,
    limit: number,
    { remedy, issues }: { readonly remedy?: string; readonly issues?: readonly ProblemIssue[] } = {},
  ): Promise<void> => {
    const { payloadBytes: used } = await measure(tenantId)
    if (used < limit) return
    throw new TenonError('PAYLOAD_LIMIT_REACHED', `The tenant stores values of ${used} bytes; its limit is ${limit}`, {
      ...(remedy === undefined ? {} : { remedy }),
      details: { used, limit, ...(issues === undefined ? {} : { issues }) },
    })
  }
  return {
    usageOf: async (tenantId) => {
      const { payloadBytes, fileBytes, dataBytes, openWaits } = await measure(tenantId)
      const { payloadBytes: bytesLimit = null, openWaits: waitsLimit = null } = limits(tenantId)
      return {
        payloadBytes,
        payloadBytesLimit: bytesLimit,
        fileBytes,
        dataBytes,
        openWaits,
        openWaitsLimit: waitsLimit,
      }
    },
    checkRoom: async (tenantId) => {
      const { payloadBytes: bytesLimit, openWaits: waitsLimit } = limits(tenantId)
      if (bytesLimit === undefined && waitsLimit === undefined) return
      if (bytesLimit !== undefined) await checkBytes(tenantId, bytesLimit)
      const { openWaits } = await measure(tenantId)
      if (waitsLimit !== undefined && openWaits >= waitsLimit) {
        const message = `Runs of the tenant wait at ${openWaits} nodes; its limit is ${waitsLimit}`
        throw new TenonError('WAIT_LIMIT_REACHED', message, { details: { used: openWaits, limit: waitsLimit } })
      }
    },
    checkValue: async (tenantId, value, path) => {
      const { payloadBytes: limit } = limits(tenantId)
      if (limit === undefined || makeValueRef(value).size <= MAX_INLINE_BYTES) return
      const message = `Send at most ${MAX_INLINE_BYTES} bytes`
      await checkBytes(tenantId, limit, {
        remedy: `Send a value of at most ${MAX_INLINE_BYTES} bytes, delete runs, or ask for a higher limit.`,
        issues: [{ path, code: 'too_large', message }],
      })
    },
  }
}

const FIELDS: readonly string[] = ['payloadBytes', 'openWaits'] satisfies readonly (keyof DataLimits)[]

/** Reads the limits that a function of the host returned, which may be anything; those without a fault apply. */
function readLimits(given: unknown): { readonly limits: DataLimits; readonly faults: readonly string[] } {
  if (typeof given !== 'object' || given === null || given instanceof Promise) {
    const found = given instanceof Promise ? 'a promise' : String(given)
    return { limits: {}, faults: [`the answer is ${found}, and not an object of limits`] }
  }
  const fields = Object.entries(given).filter(([, limit]) => limit !== undefined)
  const faults = fields.flatMap(([name, limit]) => {
    if (!FIELDS.includes(name)) return [`${name} is not a field`]
    return isLimit(limit) ? [] : [`${name} is ${String(limit)}`]
  })
  const valid = fields.filter(([name, limit]) => FIELDS.includes(name) && isLimit(limit) && Number.isFinite(limit))
  return { limits: Object.fromEntries(valid), faults }
}

function isLimit(limit: unknown): boolean {
  return limit === Number.POSITIVE_INFINITY || (Number.isSafeInteger(limit) && Number(limit) >= 0)
}
