import type { TenantId } from '@tenon/core/document'
import type { RuntimeLog } from '@tenon/runtime'
import { reasonOf } from '../log/reason-of.ts'

/** Time for which the data of a tenant is kept. */
export interface RetentionOptions {
  /**
   * Days after its end for which a run is kept, with its log and its values; at least 1. `null` keeps runs until they are
   * deleted one by one. A workflow may have fewer days in its settings.
   *
   * @defaultValue 90
   */
  readonly runsDays?: number | null
  /** Days for which entries of the audit log are kept, at least 1; `null` keeps them. @defaultValue null */
  readonly auditDays?: number | null
}

/** Returns how long the data of a tenant is kept. */
export type RetentionOf = (tenantId: TenantId) => RetentionOptions | Promise<RetentionOptions>

/** Days that apply to a tenant. */
export type CheckedRetention = Required<RetentionOptions>

const KEEP_ALL: CheckedRetention = { runsDays: null, auditDays: null }
const DEFAULT: CheckedRetention = { runsDays: 90, auditDays: null }

/**
 * Checks what a function of the host returns. With a fault, everything is kept: what was deleted by mistake cannot be
 * restored. Each new fault is logged.
 *
 * @returns A function that never throws.
 */
export function checkRetention(
  retentionOf: RetentionOf | undefined,
  log: RuntimeLog,
): (tenantId: TenantId) => Promise<CheckedRetention> {
  if (retentionOf === undefined) return async () => DEFAULT
  let lastFault = ''
  const keepAll = (tenantId: TenantId, fault: string): CheckedRetention => {
    if (fault !== lastFault) log('error', 'retention.invalid: nothing is deleted', { tenantId, reason: fault })
    lastFault = fault
    return KEEP_ALL
  }
  return async (tenantId) => {
    try {
      const { runsDays = DEFAULT.runsDays, auditDays = DEFAULT.auditDays } = await retentionOf(tenantId)
      const faults = Object.entries({ runsDays, auditDays }).filter(([, days]) => isFaulty(days))
      if (faults.length === 0) return { runsDays, auditDays }
      return keepAll(tenantId, faults.map(([name, days]) => `${name} is ${String(days)}`).join(', '))
    } catch (error) {
      return keepAll(tenantId, reasonOf(error))
    }
  }
}

function isFaulty(days: unknown): boolean {
  return days !== null && !(Number.isSafeInteger(days) && Number(days) >= 1 && Number(days) <= 36_500)
}
