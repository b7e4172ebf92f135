import type { RunId, TenantId } from '@tenon/core/document'
import { isListedRun, isTopLevelRun } from '@tenon/runtime/postgres'
import { type RawBuilder, type SqlBool, sql } from 'kysely'
import { databaseNow, type RolloutRef } from './rollout-ref.ts'
import type { RolloutRunRow, ServerTx, VersionRolloutRow } from './server-tables.ts'

/**
 * Time in milliseconds after the beginning of a rollout until which accepted runs count as being in progress: a request may
 * have chosen its version just before.
 */
export const GRACE_MS = 5_000
/** Time after which a run that will move is looked at again, to see whether it has refused to since. */
const CHECK_MS = 5_000

/** Checks whether a version precedes another one; both are decimal numbers. */
function isEarlier(column: string, version: string): RawBuilder<SqlBool> {
  const name = sql.ref(column)
  return sql<SqlBool>`(length(${name}), ${name} collate "C") < (length(${version}::text), ${version}::text collate "C")`
}

/** Open live runs of earlier versions that no other run has started, accepted before the rollout or soon after. */
function earlierRuns(tx: ServerTx, { tenantId, workflowId, version }: RolloutRef, since: number) {
  return tx
    .selectFrom('runs')
    .where('runs.tenant_id', '=', tenantId)
    .where('runs.workflow_id', '=', workflowId)
    .where('runs.mode', '=', 'live')
    .where(isListedRun)
    .where(isTopLevelRun)
    .where('runs.finished_at', 'is', null)
    .where('runs.queued_at', '<', since + GRACE_MS)
    .where(isEarlier('runs.version', version))
}

/** Selects runs to move or to cancel, the newest first; a run that will move is selected again after a while. */
export async function selectRunsToRollOut(
  tx: ServerTx,
  ref: RolloutRef,
  { since, withQueued, limit }: { readonly since: number; readonly withQueued: boolean; readonly limit: number },
): Promise<readonly RunId[]> {
  const rows = await earlierRuns(tx, ref, since)
    .select('runs.run_id')
    .$if(!withQueued, (query) => query.where('runs.status', '<>', 'queued'))
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('rollout_runs as seen')
            .select('seen.run_id')
            .whereRef('seen.tenant_id', '=', 'runs.tenant_id')
            .where('seen.workflow_id', '=', ref.workflowId)
            .where('seen.version', '=', ref.version)
            .whereRef('seen.run_id', '=', 'runs.run_id')
            .where((eb) =>
              eb.or([
                eb('seen.state', '=', 'refused'),
                eb('seen.checked_at', '>', sql<number>`${databaseNow} - ${sql.lit(CHECK_MS)}::bigint`),
              ]),
            ),
        ),
      ),
    )
    .orderBy('runs.queued_at', 'desc')
    .orderBy('runs.run_id', 'desc')
    .limit(limit)
    .execute()
  return rows.map((row) => row.run_id)
}

/**
 * Checks whether a rollout has more to do: open runs of earlier versions that may move or end, or runs that may be accepted
 * yet.
 */
export async function hasOpenRuns(
  tx: ServerTx,
  ref: RolloutRef,
  { since, graceMs }: { readonly since: number; readonly graceMs: number },
): Promise<boolean> {
  const open = await earlierRuns(tx, ref, since)
    .select('runs.run_id')
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('rollout_runs as seen')
            .select('seen.run_id')
            .whereRef('seen.tenant_id', '=', 'runs.tenant_id')
            .where('seen.workflow_id', '=', ref.workflowId)
            .where('seen.version', '=', ref.version)
            .whereRef('seen.run_id', '=', 'runs.run_id')
            .where('seen.state', '=', 'refused'),
        ),
      ),
    )
    .limit(1)
    .executeTakeFirst()
  if (open !== undefined) return true
  const { rows } = await sql<{ is_early: boolean }>`
    select ${databaseNow} < ${since + graceMs}::bigint as is_early`.execute(tx)
  return rows[0]?.is_early === true
}

/** Counts the open runs of earlier versions that the rollout has not looked at. */
export async function countRunsLeft(tx: ServerTx, ref: RolloutRef, since: number): Promise<number> {
  const { count } = await earlierRuns(tx, ref, since)
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('rollout_runs as seen')
            .select('seen.run_id')
            .whereRef('seen.tenant_id', '=', 'runs.tenant_id')
            .where('seen.workflow_id', '=', ref.workflowId)
            .where('seen.version', '=', ref.version)
            .whereRef('seen.run_id', '=', 'runs.run_id'),
        ),
      ),
    )
    .executeTakeFirstOrThrow()
  return Number(count)
}

/** Records how a rollout has found a run. */
export async function putRolloutRun(
  tx: ServerTx,
  { tenantId, workflowId, version }: RolloutRef,
  run: Pick<RolloutRunRow, 'run_id' | 'state' | 'code' | 'message'>,
): Promise<void> {
  const { run_id: runId, ...found } = run
  const values = { ...found, checked_at: databaseNow }
  await tx
    .insertInto('rollout_runs')
    .values({ tenant_id: tenantId, workflow_id: workflowId, version, run_id: runId, ...values })
    .onConflict((conflict) => conflict.columns(['tenant_id', 'workflow_id', 'version', 'run_id']).doUpdateSet(values))
    .execute()
}

/** Marks a run that is about to move as one that remains on its version, in every rollout that has asked it to move. */
export async function refusePendingRun(
  tx: ServerTx,
  { tenantId, runId }: { readonly tenantId: TenantId; readonly runId: RunId },
  reason: { readonly code: string; readonly message: string },
): Promise<void> {
  await tx
    .updateTable('rollout_runs')
    .set({ state: 'refused', ...reason })
    .where('tenant_id', '=', tenantId)
    .where('run_id', '=', runId)
    .where('state', '=', 'pending')
    .execute()
}

/**
 * Counts the runs that have moved or ended since they were asked to, and forgets them, so that each is counted once. The
 * caller has locked the rollout.
 *
 * @returns Number of these runs.
 */
export async function countEndedRuns(tx: ServerTx, ref: RolloutRef): Promise<number> {
  const { tenantId, workflowId, version } = ref
  const isOpen = isEarlier('r.version', version)
  const seen = await tx
    .deleteFrom('rollout_runs')
    .using('runs as r')
    .where('rollout_runs.tenant_id', '=', tenantId)
    .where('rollout_runs.workflow_id', '=', workflowId)
    .where('rollout_runs.version', '=', version)
    .where('rollout_runs.state', '=', 'pending')
    .whereRef('r.tenant_id', '=', 'rollout_runs.tenant_id')
    .whereRef('r.run_id', '=', 'rollout_runs.run_id')
    .where((eb) => eb.or([eb('r.finished_at', 'is not', null), eb.not(isOpen)]))
    .returning(['r.status', sql<boolean>`not ${isOpen}`.as('is_moved')])
    .execute()
  if (seen.length === 0) return 0
  const moved = seen.filter((run) => run.is_moved).length
  const canceled = seen.filter((run) => !run.is_moved && run.status === 'canceled').length
  await tx
    .updateTable('version_rollouts')
    .set({
      moved: sql<number>`moved + ${moved}::integer`,
      canceled: sql<number>`canceled + case when runs = 'cancel' then ${canceled}::integer else 0 end`,
      ended: sql<number>`ended + ${seen.length - moved - canceled}::integer
        + case when runs = 'cancel' then 0 else ${canceled}::integer end`,
    })
    .where('tenant_id', '=', tenantId)
    .where('workflow_id', '=', workflowId)
    .where('version', '=', version)
    .execute()
  return seen.length
}

/** Forgets the runs of a rollout; those that remain on their version are kept with `onlyPending`. */
export async function clearRuns(
  tx: ServerTx,
  { tenantId, workflowId, version }: RolloutRef,
  { onlyPending = false }: { readonly onlyPending?: boolean } = {},
): Promise<void> {
  await tx
    .deleteFrom('rollout_runs')
    .where('tenant_id', '=', tenantId)
    .where('workflow_id', '=', workflowId)
    .where('version', '=', version)
    .$if(onlyPending, (query) => query.where('state', '=', 'pending'))
    .execute()
}

/** Counts the runs of a rollout by state, code and message, the most frequent reason first. */
export async function countRolloutRuns(
  tx: ServerTx,
  { tenantId, workflowId, version }: RolloutRef,
): Promise<readonly (Pick<RolloutRunRow, 'state' | 'code' | 'message'> & { readonly runs: number })[]> {
  const rows = await tx
    .selectFrom('rollout_runs')
    .select((eb) => ['state', 'code', 'message', eb.fn.countAll<number>().as('runs')])
    .where('tenant_id', '=', tenantId)
    .where('workflow_id', '=', workflowId)
    .where('version', '=', version)
    .groupBy(['state', 'code', 'message'])
    .orderBy('runs', 'desc')
    .execute()
  return rows.map((row) => ({ ...row, runs: Number(row.runs) }))
}

/** Lists runs that remain on their version, after the last one of the page before; one more than the limit. */
export async function listRefusedRows(
  tx: ServerTx,
  { tenantId, workflowId, version }: RolloutRef,
  page: { readonly after: string | null; readonly limit: number },
): Promise<readonly RolloutRunRow[]> {
  return tx
    .selectFrom('rollout_runs')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('workflow_id', '=', workflowId)
    .where('version', '=', version)
    .where('state', '=', 'refused')
    .$if(page.after !== null, (query) => query.where('run_id', '>', page.after ?? ''))
    .orderBy('run_id')
    .limit(page.limit + 1)
    .execute()
}

/** Runs that have started with a version, by their ends. */
export interface CanaryRuns {
  readonly started: number
  readonly completed: number
  readonly failed: number
}

/** Margin for clocks of processes that accept runs, so that the index finds the runs of a canary by their time. */
const CLOCKS_MS = 60_000

/** Counts the live runs that have started with a version and that no other run has started. */
export async function countCanaryRuns(
  tx: ServerTx,
  { tenant_id: tenantId, workflow_id: workflowId, version, started_at: startedAt }: VersionRolloutRow,
): Promise<CanaryRuns> {
  const row = await tx
    .selectFrom('runs')
    .select((eb) => [
      eb.fn.countAll<number>().as('started'),
      eb.fn.countAll<number>().filterWhere('status', '=', 'completed').as('completed'),
      eb.fn.countAll<number>().filterWhere('status', '=', 'failed').as('failed'),
    ])
    .where('tenant_id', '=', tenantId)
    .where('workflow_id', '=', workflowId)
    .where(sql<string>`coalesce(first_version, version)`, '=', version)
    .where('mode', '=', 'live')
    .where(isListedRun)
    .where(isTopLevelRun)
    .where('queued_at', '>=', startedAt - CLOCKS_MS)
    .executeTakeFirstOrThrow()
  return { started: Number(row.started), completed: Number(row.completed), failed: Number(row.failed) }
}

/** Forgets runs of rollouts that were deleted. */
export async function deleteRowsOfDeletedRuns(tx: ServerTx, tenantId: TenantId): Promise<void> {
  await tx
    .deleteFrom('rollout_runs')
    .where('tenant_id', '=', tenantId)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('runs')
            .select('runs.run_id')
            .whereRef('runs.tenant_id', '=', 'rollout_runs.tenant_id')
            .whereRef('runs.run_id', '=', 'rollout_runs.run_id'),
        ),
      ),
    )
    .execute()
}
