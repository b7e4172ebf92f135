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

/** Time within which the function of the host must answer. */
const ANSWER_MS = 10_000

/**
 * Checks what a function of the host returns. With a fault, or without an answer, everything is kept: what was deleted by
 * mistake cannot be restored. Each new fault is logged.
 *
 * @param answerMs - Milliseconds after which no answer is a fault. @defaultValue 10,000
 * @returns A function that never throws.
 */
export function checkRetention(
  retentionOf: RetentionOf | undefined,
  log: RuntimeLog,
  answerMs: number = ANSWER_MS,
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
      const given = await answerOf(async () => retentionOf(tenantId), answerMs)
      const faults = Object.entries(given).flatMap(([name, days]) => faultOf(name, days))
      return faults.length === 0 ? { ...DEFAULT, ...given } : keepAll(tenantId, faults.join(', '))
    } catch (error) {
      return keepAll(tenantId, reasonOf(error))
    }
  }
}

async function answerOf<Answer>(ask: () => Promise<Answer>, answerMs: number): Promise<Answer> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new RangeError(`No answer within ${answerMs} ms`)), answerMs)
  })
  try {
    return await Promise.race([ask(), late])
  } finally {
    clearTimeout(timer)
  }
}

/** A field that is there and undefined, or misspelt, may be meant to keep everything. */
function faultOf(name: string, days: unknown): readonly string[] {
  if (!(name in DEFAULT)) return [`${name} is not a field`]
  const isValid = days === null || (Number.isSafeInteger(days) && Number(days) >= 1 && Number(days) <= 36_500)
  return isValid ? [] : [`${name} is ${String(days)}`]
}
