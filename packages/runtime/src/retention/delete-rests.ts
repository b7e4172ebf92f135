import type { TenantId } from '@tenon/core/document'
import { sql } from 'kysely'
import type { RuntimeLog } from '../engine.ts'
import { collectObjects } from '../payloads/collect-objects.ts'
import { databaseNow, statementNow } from '../postgres/database-now.ts'
import type { RuntimeTables } from '../postgres/tables.ts'
import type { Tx } from '../postgres/types.ts'
import { reasonOf } from '../reason-of.ts'
import { deleteSomeOfTrees } from '../store/delete-tree.ts'
import { collectPayloads } from '../store/unused-payloads.ts'
import type { SweepDeps } from './sweep-tenant.ts'

/** Time after a deletion at which a worker looks for its rest: the process of the request has mostly deleted it by then. */
const REST_MS = 60_000
/** Time after which another worker continues a rest, if the one that has begun it has died. */
const CLAIM_MS = 600_000

/** Dependencies of {@link deleteRests}. */
interface RestDeps extends SweepDeps {
  readonly log: RuntimeLog
}

/** Has a worker look for the rest of a deleted run, in the transaction that deletes it. */
export async function noteRest(tx: Tx<RuntimeTables>, tenantId: TenantId): Promise<void> {
  await tx
    .updateTable('retention_sweeps')
    .set({ rests_at: sql<number>`${databaseNow} + ${sql.lit(REST_MS)}` })
    .where('tenant_id', '=', tenantId)
    .execute()
}

/**
 * Deletes what remains of deleted runs, of all tenants that have such. Each is done by one process at a time; one that dies
 * leaves the rest to another. The rest of a tenant that cannot be deleted is logged, and tried again later.
 *
 * @param isStopped - Checked between transactions.
 */
export async function deleteRests(deps: RestDeps, isStopped: () => boolean): Promise<void> {
  while (!isStopped()) {
    const claimed = await deps.database.withSystem((tx) =>
      tx
        .updateTable('retention_sweeps')
        .set({ rests_at: sql<number>`${databaseNow} + ${sql.lit(CLAIM_MS)}` })
        .where('tenant_id', '=', (eb) =>
          eb
            .selectFrom('retention_sweeps')
            .select('tenant_id')
            .where('rests_at', '<=', statementNow)
            .orderBy('rests_at')
            .limit(1)
            .forUpdate()
            .skipLocked(),
        )
        .returning(['tenant_id', 'rests_at'])
        .executeTakeFirst(),
    )
    if (claimed === undefined) return
    try {
      await deleteRest(deps, claimed, isStopped)
    } catch (error) {
      const fields = { tenantId: claimed.tenant_id, reason: reasonOf(error) }
      deps.log('warn', 'retention.rest_failed: trying again in ten minutes', fields)
    }
  }
}

async function deleteRest(
  { database, objects = null }: RestDeps,
  { tenant_id: tenantId, rests_at: claimedUntil }: { readonly tenant_id: TenantId; readonly rests_at: number | null },
  isStopped: () => boolean,
): Promise<void> {
  while (!isStopped() && (await deleteSomeOfTrees(database, tenantId)));
  await collectPayloads(database, tenantId, isStopped)
  // Last, so that nothing else waits for a store that does not answer.
  if (objects !== null && !isStopped()) await collectObjects(database, objects, tenantId, isStopped)
  if (isStopped()) return
  // A run that was deleted meanwhile has noted another time.
  await database.withTenant(tenantId, (tx) =>
    tx
      .updateTable('retention_sweeps')
      .set({ rests_at: null })
      .where('tenant_id', '=', tenantId)
      .where('rests_at', '=', claimedUntil)
      .execute(),
  )
}
