import { databaseNow, statementNow } from '@tenon/runtime/postgres'
import { type RawBuilder, sql } from 'kysely'
import type { RolloutRef } from './rollout-ref.ts'
import { type CanaryRuns, clearRuns } from './rollout-runs-repository.ts'
import type { VersionRolloutRow } from './rollout-tables.ts'
import type { ServerTx } from './server-tables.ts'

function rolloutIn(tx: ServerTx, { tenantId, workflowId, version }: RolloutRef) {
  return tx
    .selectFrom('version_rollouts')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('workflow_id', '=', workflowId)
    .where('version', '=', version)
}

/** Reads a rollout; `null` for a version without one. */
export async function findRollout(tx: ServerTx, ref: RolloutRef): Promise<VersionRolloutRow | null> {
  return (await rolloutIn(tx, ref).executeTakeFirst()) ?? null
}

/** Reads a rollout and holds it until the transaction ends. */
export async function lockRollout(tx: ServerTx, ref: RolloutRef): Promise<VersionRolloutRow | null> {
  return (await rolloutIn(tx, ref).forUpdate().executeTakeFirst()) ?? null
}

/** Checks whether a rollout still changes runs, and that it does until the transaction ends. */
export async function holdRollout(tx: ServerTx, ref: RolloutRef): Promise<boolean> {
  const row = await rolloutIn(tx, ref).forShare().executeTakeFirst()
  return row?.status === 'in_progress'
}

/** Lists rollouts below a number, the latest version first; one more than the limit, if there is one. */
export async function listRolloutRows(
  tx: ServerTx,
  { tenantId, workflowId }: Omit<RolloutRef, 'version'>,
  page: { readonly below: number | null; readonly limit: number },
): Promise<VersionRolloutRow[]> {
  return tx
    .selectFrom('version_rollouts')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('workflow_id', '=', workflowId)
    .$if(page.below !== null, (query) => query.where('number', '<', page.below ?? 0))
    .orderBy('number', 'desc')
    .limit(page.limit + 1)
    .execute()
}

/** A rollout that begins: the database has its times and its numbers. */
export type RolloutToPut = Omit<VersionRolloutRow, 'started_at' | 'since' | 'counted_at' | `canary_${keyof CanaryRuns}`>

/** Stores a rollout, in place of an ended one of the same version, and has a process work on it. */
export async function putRollout(tx: ServerTx, row: RolloutToPut): Promise<void> {
  const { tenant_id: tenantId, workflow_id: workflowId, version, ...set } = row
  const since = row.status === 'in_progress' ? databaseNow : null
  const isCanary = row.status === 'canary'
  // A rollout that begins again keeps the numbers of its canary.
  const none = { started: 0, completed: 0, failed: 0 }
  const values = { ...set, started_at: databaseNow, since, ...(isCanary ? canaryValues(none) : {}) }
  await tx
    .insertInto('version_rollouts')
    .values({ tenant_id: tenantId, workflow_id: workflowId, version, ...values })
    .onConflict((conflict) => conflict.columns(['tenant_id', 'workflow_id', 'version']).doUpdateSet(values))
    .execute()
  await clearRuns(tx, { tenantId, workflowId, version })
  await dueRollout(tx, { tenantId, workflowId, version }, 0)
}

function canaryValues({ started, completed, failed }: CanaryRuns) {
  return { canary_started: started, canary_completed: completed, canary_failed: failed, counted_at: databaseNow }
}

/**
 * Stores the number of runs of a canary, whose row the caller has locked.
 *
 * @returns True if it has changed since `row` was read.
 */
export async function storeCanaryRuns(
  tx: ServerTx,
  { tenantId, workflowId, version }: RolloutRef,
  row: VersionRolloutRow,
  runs: CanaryRuns,
): Promise<boolean> {
  const { canary_started: started, canary_completed: completed, canary_failed: failed } = row
  if (started === runs.started && completed === runs.completed && failed === runs.failed) return false
  await tx
    .updateTable('version_rollouts')
    .set(canaryValues(runs))
    .where('tenant_id', '=', tenantId)
    .where('workflow_id', '=', workflowId)
    .where('version', '=', version)
    .execute()
  return true
}

/** Changes a rollout, whose row the caller has locked. */
export async function updateRollout(
  tx: ServerTx,
  { tenantId, workflowId, version }: RolloutRef,
  set: Partial<Pick<VersionRolloutRow, 'status' | 'ender_id' | 'ender_name'>> & {
    readonly since?: RawBuilder<number>
    readonly ended_at?: RawBuilder<number>
  },
): Promise<void> {
  await tx
    .updateTable('version_rollouts')
    .set(set)
    .where('tenant_id', '=', tenantId)
    .where('workflow_id', '=', workflowId)
    .where('version', '=', version)
    .execute()
}

/** Has a process work on a rollout after a time. */
export async function dueRollout(
  tx: ServerTx,
  { tenantId, workflowId, version }: RolloutRef,
  delayMs: number,
): Promise<void> {
  const due = sql<number>`${databaseNow} + ${delayMs}::bigint`
  await tx
    .insertInto('rollout_sweeps')
    .values({ tenant_id: tenantId, workflow_id: workflowId, version, due_at: due })
    .onConflict((conflict) => conflict.columns(['tenant_id', 'workflow_id', 'version']).doUpdateSet({ due_at: due }))
    .execute()
}

/** Has no process work on a rollout any more. */
export async function dropSweep(tx: ServerTx, { tenantId, workflowId, version }: RolloutRef): Promise<void> {
  await tx
    .deleteFrom('rollout_sweeps')
    .where('tenant_id', '=', tenantId)
    .where('workflow_id', '=', workflowId)
    .where('version', '=', version)
    .execute()
}

/**
 * Returns a rollout that is due, for this process alone until `leaseMs` are over; null if there is none. For `withSystem`.
 */
export async function claimRollout(tx: ServerTx, leaseMs: number): Promise<RolloutRef | null> {
  const row = await tx
    .updateTable('rollout_sweeps')
    .set({ due_at: sql<number>`${databaseNow} + ${leaseMs}::bigint` })
    .where((eb) =>
      eb(
        eb.refTuple('tenant_id', 'workflow_id', 'version'),
        'in',
        eb
          .selectFrom('rollout_sweeps as due')
          .select(['due.tenant_id', 'due.workflow_id', 'due.version'])
          .where('due.due_at', '<=', statementNow)
          .orderBy('due.due_at')
          .limit(1)
          .forUpdate()
          .skipLocked()
          .$asTuple('tenant_id', 'workflow_id', 'version'),
      ),
    )
    .returning(['tenant_id', 'workflow_id', 'version'])
    .executeTakeFirst()
  return row === undefined ? null : { tenantId: row.tenant_id, workflowId: row.workflow_id, version: row.version }
}
