import type { TenantId } from '@tenon/core/document'
import { sql } from 'kysely'
import { databaseNow } from '../postgres/database-now.ts'
import type { RuntimeDatabase, RuntimeTables } from '../postgres/tables.ts'
import type { Tx } from '../postgres/types.ts'

/** Plans that one transaction reads, marks or deletes. Each page reads the runs of the tenant once. */
const PAGE = 1_000
/** Time between two sweeps of a tenant, in milliseconds. */
const EVERY_MS = 86_400_000
/**
 * Time for which a plan is marked before it is deleted, in milliseconds. Far longer than a process relies on a plan that it
 * has stored (an hour, see `plan-cache.ts`) plus the longest transaction of a start or a publication.
 */
const GRACE_MS = 86_400_000

/** The part of a host's retention that knows its versions. */
export interface PlanRetention {
  /** Deletes versions of the host that nothing uses any more, once a day; ends soon once `isStopped` returns true. */
  sweepVersions(tenantId: TenantId, isStopped: () => boolean): Promise<void>
  /**
   * Returns those of some plans, by hash, that versions of the host have: versions that runs may start from or move to, and
   * the workflows that these pin. Plans that neither it returns nor a run has are deleted a day later. If it rejects, none is.
   */
  plansInUse(tenantId: TenantId, planHashes: readonly string[]): Promise<readonly string[]>
}

/**
 * Marks plans that no run, no other plan and no version of the host refers to, and deletes those that were marked a day
 * ago and are still unused, once a day. A start or a publication that stores a plan again removes its mark in its own
 * transaction. A start that relies on a plan stored earlier has committed long before a day has passed, so that its run is seen.
 *
 * @param isStopped - Checked between transactions.
 * @returns The number of deleted plans.
 * @see docs/adr/0105-a-plan-is-marked-before-it-is-deleted.md
 */
export async function sweepPlans(
  database: RuntimeDatabase,
  tenantId: TenantId,
  retention: PlanRetention,
  isStopped: () => boolean,
): Promise<number> {
  if (!(await claimSweep(database, tenantId))) return 0
  // First, since they refer to plans.
  await retention.sweepVersions(tenantId, isStopped)
  let deleted = 0
  for (let after = ''; ; ) {
    if (isStopped()) return deleted
    const hashes = await database.withTenant(tenantId, (tx) => unpinnedPlans(tx, tenantId, after))
    const last = hashes.at(-1)
    if (last === undefined) return deleted
    const used = new Set([
      ...(await retention.plansInUse(tenantId, hashes)),
      ...(await database.withTenant(tenantId, (tx) => plansOfRuns(tx, tenantId, hashes))),
    ])
    const unused = hashes.filter((hash) => !used.has(hash))
    deleted += await database.withTenant(tenantId, (tx) => markAndDelete(tx, tenantId, [...used], unused))
    after = last
  }
}

/** Makes this process the only one that sweeps the plans of a tenant today; false if it is too early. */
async function claimSweep(database: RuntimeDatabase, tenantId: TenantId): Promise<boolean> {
  const claimed = await database.withTenant(tenantId, (tx) =>
    tx
      .updateTable('retention_sweeps')
      .set({ plans_at: sql<number>`${databaseNow} + ${sql.lit(EVERY_MS)}` })
      .where('tenant_id', '=', tenantId)
      .where('plans_at', '<=', databaseNow)
      .executeTakeFirstOrThrow(),
  )
  return claimed.numUpdatedRows > 0n
}

/** Lists a page of plans whose runs no run of another plan starts, by hash. */
async function unpinnedPlans(tx: Tx<RuntimeTables>, tenantId: TenantId, after: string): Promise<readonly string[]> {
  const rows = await tx
    .selectFrom('plans')
    .select('plan_hash')
    .where('tenant_id', '=', tenantId)
    .where('plan_hash', '>', after)
    .where('plan_hash', 'not in', (eb) =>
      eb
        .selectFrom('plans as other')
        .select(sql<string>`unnest(other.pinned)`.as('hash'))
        .where('other.tenant_id', '=', tenantId),
    )
    .orderBy('plan_hash')
    .limit(sql.lit(PAGE))
    .execute()
  return rows.map((row) => row.plan_hash)
}

async function plansOfRuns(
  tx: Tx<RuntimeTables>,
  tenantId: TenantId,
  hashes: readonly string[],
): Promise<readonly string[]> {
  // One parameter, whatever their number: a query has at most 65,535.
  const page = sql`any (${hashes}::text[])`
  const rows = await tx
    .selectFrom('runs')
    .select(['plan_hash', 'first_plan_hash'])
    .distinct()
    .where('tenant_id', '=', tenantId)
    .where(sql<boolean>`(plan_hash = ${page} or first_plan_hash = ${page})`)
    .execute()
  return rows.flatMap(({ plan_hash: last, first_plan_hash: first }) => (first === null ? [last] : [last, first]))
}

/** Removes the marks of used plans, marks unused ones, and deletes those that were marked long enough ago. */
async function markAndDelete(
  tx: Tx<RuntimeTables>,
  tenantId: TenantId,
  used: readonly string[],
  unused: readonly string[],
): Promise<number> {
  const locked = await tx
    .selectFrom('plans')
    .select(['plan_hash', 'unused_at', sql<boolean>`unused_at <= ${databaseNow} - ${sql.lit(GRACE_MS)}`.as('isDue')])
    .where('tenant_id', '=', tenantId)
    .where(sql<boolean>`plan_hash = any (${[...used, ...unused]}::text[])`)
    .where((eb) =>
      eb.or([eb('unused_at', 'is not', null), eb(sql<boolean>`plan_hash = any (${unused}::text[])`, '=', true)]),
    )
    .orderBy('plan_hash')
    // A locked one is being stored again.
    .forUpdate()
    .skipLocked()
    .execute()
  const isUnused = new Set(unused)
  const rows = locked.map(({ plan_hash: hash, ...row }) => ({ ...row, hash, isUnused: isUnused.has(hash) }))
  const inPlans = (which: (row: (typeof rows)[number]) => boolean) =>
    sql<boolean>`tenant_id = ${tenantId} and plan_hash = any (${rows.filter(which).map((row) => row.hash)}::text[])`
  await tx
    .updateTable('plans')
    .set({ unused_at: null })
    .where(inPlans((row) => !row.isUnused))
    .execute()
  await tx
    .updateTable('plans')
    .set({ unused_at: databaseNow })
    .where(inPlans((row) => row.isUnused && row.unused_at === null))
    .execute()
  const { numDeletedRows } = await tx
    .deleteFrom('plans')
    .where(inPlans((row) => row.isUnused && row.isDue))
    .executeTakeFirstOrThrow()
  return Number(numDeletedRows)
}
