import type { RuntimeDatabase } from '../postgres/tables.ts'
import type { Retention } from '../retention/sweep-tenant.ts'
import type { DrivenRun } from './run-driver.ts'

/** Keeps the runs of one tenant for a day, and those of all others for ever. */
export function retentionOfOne(tenantId: string): Retention {
  return {
    policyOf: async (id) => ({ runsDays: id === tenantId ? 1 : null, workflowDays: new Map() }),
    record: async () => undefined,
    sweepOwn: async () => undefined,
    sweepVersions: async () => undefined,
    plansInUse: async (_tenantId, planHashes) => planHashes,
    lookMs: 50,
  }
}

/** Makes it seem that an ended run has expired, and that its tenant is due. */
export async function expire(database: RuntimeDatabase, { tenantId, runId }: DrivenRun): Promise<void> {
  await database.withTenant(tenantId, async (tx) => {
    await tx
      .updateTable('runs')
      .set({ queued_at: 1, finished_at: 1 })
      .where('tenant_id', '=', tenantId)
      .where('run_id', '=', runId)
      .execute()
    await tx.updateTable('retention_sweeps').set({ due_at: 0 }).where('tenant_id', '=', tenantId).execute()
  })
}
