import type { TenantId } from '@tenon/core/document'
import type { Retention, RuntimeLog } from '@tenon/runtime'
import { recordExpired } from '../tables/audit-repository.ts'
import { deleteExpiredRows, readKeptDays } from '../tables/retention-repository.ts'
import type { ServerDatabase } from '../tables/server-tables.ts'
import { plansOfVersions } from '../tables/version-repository.ts'
import { type CheckedRetention, checkRetention, type RetentionOf } from './retention-options.ts'
import { sweepTestVersions } from './sweep-test-versions.ts'

/** Decides how long the data of tenants is kept, for workers and for the API. */
export interface DataRetention extends Retention {
  /** Returns the days that apply to a tenant; never rejects. */
  optionsOf(tenantId: TenantId): Promise<CheckedRetention>
}

/** Creates the retention of a server from the option of the host and the settings of workflows. */
export function createRetention(
  database: ServerDatabase,
  retentionOf: RetentionOf | undefined,
  log: RuntimeLog,
): DataRetention {
  const optionsOf = checkRetention(retentionOf, log)
  return {
    optionsOf,
    policyOf: async (tenantId) => {
      const { runsDays } = await optionsOf(tenantId)
      const workflowDays = await database.withTenant(tenantId, (tx) => readKeptDays(tx, tenantId))
      return { runsDays, workflowDays }
    },
    record: (tx, tenantId, expired) => recordExpired(tx, tenantId, expired),
    sweepOwn: async (tenantId, isStopped) => {
      const { auditDays } = await optionsOf(tenantId)
      while (!isStopped() && (await database.withTenant(tenantId, (tx) => deleteExpiredRows(tx, tenantId, auditDays))));
    },
    sweepVersions: (tenantId, isStopped) => sweepTestVersions(database, tenantId, isStopped),
    plansInUse: (tenantId, planHashes) =>
      database.withTenant(tenantId, (tx) => plansOfVersions(tx, tenantId, planHashes)),
  }
}
