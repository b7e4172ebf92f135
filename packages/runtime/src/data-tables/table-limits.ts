import type { TenantId } from '@tenon/core/document'
import type { RuntimeLog } from '../engine.ts'
import { reasonOf } from '../reason-of.ts'

/** Limits of the data tables and keys of a tenant. */
export interface DataTableLimits {
  /** Most data tables. @defaultValue 100 */
  readonly tables?: number
  /** Most rows of a table. @defaultValue 100,000 */
  readonly rowsPerTable?: number
  /** Bytes of all rows of a table as JSON. @defaultValue 100 MiB */
  readonly bytesPerTable?: number
  /** Bytes of one row, or of the value under a key, as JSON. @defaultValue 64 KiB */
  readonly valueBytes?: number
  /** Most keys. @defaultValue 10,000 */
  readonly keys?: number
}

/** Limits with their defaults. */
export type ResolvedDataTableLimits = Readonly<Record<keyof DataTableLimits, number>>

const DEFAULTS: ResolvedDataTableLimits = {
  tables: 100,
  rowsPerTable: 100_000,
  bytesPerTable: 104_857_600,
  valueBytes: 65_536,
  keys: 10_000,
}

/** Returns the limits of tenants; what the function of the host returns may be anything. */
export function dataTableLimitsOf(
  limitsOf: ((tenantId: TenantId) => DataTableLimits) | undefined,
  log: RuntimeLog,
): (tenantId: TenantId) => ResolvedDataTableLimits {
  return (tenantId) => {
    if (limitsOf === undefined) return DEFAULTS
    const report = (reason: string): void =>
      log('error', 'data_table_limits.invalid: the default applies', { tenantId, reason })
    try {
      const given: unknown = limitsOf(tenantId)
      if (typeof given !== 'object' || given === null) {
        report('the answer is not an object of limits')
        return DEFAULTS
      }
      const limits = { ...DEFAULTS }
      for (const [name, value] of Object.entries(given)) {
        if (value === undefined) continue
        if (Object.hasOwn(DEFAULTS, name) && Number.isSafeInteger(value) && value >= 0) {
          limits[name as keyof DataTableLimits] = value
        } else report(`${name} is ${String(value)}`)
      }
      return limits
    } catch (error) {
      report(reasonOf(error))
      return DEFAULTS
    }
  }
}
