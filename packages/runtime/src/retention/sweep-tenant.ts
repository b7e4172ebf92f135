import type { RunId, TenantId, WorkflowId } from '@tenon/core/document'
import { sql } from 'kysely'
import { sweepFiles } from '../files/sweep-files.ts'
import { collectObjects, collectOrphans } from '../payloads/collect-objects.ts'
import type { StoredObjects } from '../payloads/stored-objects.ts'
import { databaseNow } from '../postgres/database-now.ts'
import { isListedRun, isTopLevelRun } from '../postgres/list-conditions.ts'
import type { RuntimeDatabase, RuntimeTables } from '../postgres/tables.ts'
import type { Tx } from '../postgres/types.ts'
import { deleteRootRun, deleteSomeOfTrees } from '../store/delete-tree.ts'
import { sweepExpiredEvents } from '../store/event-buffer.ts'
import { collectPayloads } from '../store/unused-payloads.ts'
import { type PlanRetention, sweepPlans } from './sweep-plans.ts'

/** Time for which the runs of a tenant are kept. */
export interface RetentionPolicy {
  /** Days after its end for which a run is kept; `null` keeps runs until they are deleted. */
  readonly runsDays: number | null
  /** Days for the runs of single workflows, by workflow id; a longer time than `runsDays` does not apply. */
  readonly workflowDays: ReadonlyMap<WorkflowId, number>
}

/** A run that the retention has deleted, with all runs of its tree. */
export interface ExpiredRun {
  /** Run at the top of the tree. */
  readonly runId: RunId
  /** Days for which it was kept. */
  readonly days: number
  /** Time before which the runs of the tree had ended, in milliseconds since the Unix epoch. */
  readonly endedBefore: number
}

/** Decisions and records of a host about the data of its tenants. */
export interface Retention extends PlanRetention {
  /** Returns the policy of a tenant; called about once an hour. If it rejects, nothing of the tenant is deleted. */
  policyOf(tenantId: TenantId): Promise<RetentionPolicy>
  /** Records, in the transaction that deletes it, that a run was deleted. */
  record(tx: Tx<RuntimeTables>, tenantId: TenantId, expired: ExpiredRun): Promise<void>
  /** Deletes rows of the host's own tables that have expired, after the runs; ends soon once `isStopped` returns true. */
  sweepOwn(tenantId: TenantId, isStopped: () => boolean): Promise<void>
  /** Milliseconds between two looks for tenants that are due. @defaultValue 60,000 */
  readonly lookMs?: number
}

/** Dependencies of a sweep. */
export interface SweepDeps {
  readonly database: RuntimeDatabase
  /** Store of the host for large values. @defaultValue none */
  readonly objects?: StoredObjects | null
}

/** Runs that are looked up at once. */
const PAGE = 50
const DAY_MS = 86_400_000

/**
 * Deletes what has expired of one tenant: what remains of runs that were deleted before, runs that have ended long enough
 * ago, kept events, and rows of the host. Every transaction is small, and a process that dies leaves the rest to the next
 * sweep of any process.
 *
 * @param isStopped - Checked between transactions. @defaultValue never
 * @param trees - Trees that are deleted at most, so that no tenant keeps the others waiting. @defaultValue all
 * @returns The number of deleted trees; `trees` if more may be left.
 */
export async function sweepTenant(
  { database, objects = null }: SweepDeps,
  retention: Retention,
  tenantId: TenantId,
  {
    isStopped = () => false,
    trees = Number.POSITIVE_INFINITY,
  }: { readonly isStopped?: () => boolean; readonly trees?: number } = {},
): Promise<number> {
  const { runsDays, workflowDays } = await retention.policyOf(tenantId)
  const shorter = [...workflowDays].filter(([, days]) => runsDays === null || days < runsDays)
  const groups: readonly ExpiredGroup[] = [
    ...(runsDays === null ? [] : [{ days: runsDays, workflowId: null }]),
    ...shorter.map(([workflowId, days]) => ({ days, workflowId })),
  ]
  const deleteRests = async (): Promise<void> => {
    while (!isStopped() && (await deleteSomeOfTrees(database, tenantId)));
  }
  await deleteRests()
  let deleted = 0
  for (const group of groups) {
    for (;;) {
      const found = await findExpired(database, tenantId, group)
      let deletedHere = 0
      for (const runId of found.runIds) {
        if (isStopped() || deleted + deletedHere >= trees) return deleted + deletedHere
        const { endedBefore } = found
        const result = await database.withTenant(tenantId, async (tx) => {
          const outcome = await deleteRootRun(tx, { tenantId, runId }, { endedBefore, skipsLocked: true })
          if (outcome === 'deleted') await retention.record(tx, tenantId, { runId, days: group.days, endedBefore })
          return outcome
        })
        if (result !== 'deleted') continue
        deletedHere += 1
        await deleteRests()
      }
      deleted += deletedHere
      await collectPayloads(database, tenantId, isStopped)
      // None: what was found is locked by others, or was deleted by them.
      if (found.runIds.length < PAGE || deletedHere === 0) break
    }
  }
  while (!isStopped() && (await database.withTenant(tenantId, (tx) => sweepExpiredEvents(tx, tenantId))) > 0);
  await collectPayloads(database, tenantId, isStopped)
  // After the values, some of which represent files.
  if (!isStopped()) await sweepFiles(database, tenantId, isStopped)
  if (!isStopped()) await retention.sweepOwn(tenantId, isStopped)
  if (!isStopped()) await sweepPlans(database, tenantId, retention, isStopped)
  // Last, so that nothing else waits for a store that does not answer.
  if (objects !== null && !isStopped()) {
    await collectObjects(database, objects, tenantId, isStopped)
    await collectOrphans(database, objects, { tenantId, isStopped })
  }
  return deleted
}

interface ExpiredGroup {
  readonly days: number
  /** Null for all workflows of the tenant. */
  readonly workflowId: WorkflowId | null
}

/** Finds runs without a parent whose whole trees ended before, the oldest first. */
function findExpired(
  database: RuntimeDatabase,
  tenantId: TenantId,
  { days, workflowId }: ExpiredGroup,
): Promise<{ readonly runIds: readonly RunId[]; readonly endedBefore: number }> {
  return database.withTenant(tenantId, async (tx) => {
    const { rows } = await sql<{ now: number }>`select ${databaseNow} as now`.execute(tx)
    const endedBefore = Number(rows[0]?.now) - days * DAY_MS
    let query = tx
      .selectFrom('runs')
      .select('run_id')
      .where('tenant_id', '=', tenantId)
      .where(isListedRun)
      .where(isTopLevelRun)
      // A run ends after it was requested: so the index for lists finds the oldest ones.
      .where('queued_at', '<', endedBefore)
      .where('finished_at', '<', endedBefore)
      .where(({ not, exists, selectFrom }) =>
        not(
          exists(
            selectFrom('runs as below')
              .select('below.run_id')
              .whereRef('below.tenant_id', '=', 'runs.tenant_id')
              .whereRef('below.root_run_id', '=', 'runs.run_id')
              .where((eb) => eb.or([eb('below.finished_at', 'is', null), eb('below.finished_at', '>=', endedBefore)])),
          ),
        ),
      )
    if (workflowId !== null) query = query.where('workflow_id', '=', workflowId)
    const found = await query.orderBy('queued_at').orderBy('run_id').limit(PAGE).execute()
    return { runIds: found.map((row) => row.run_id), endedBefore }
  })
}
