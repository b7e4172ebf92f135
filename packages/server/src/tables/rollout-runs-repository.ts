import type { RunId, TenantId } from '@tenon/core/document'
import { databaseNow, isListedRun, isTopLevelRun } from '@tenon/runtime/postgres'
import { type Expression, expressionBuilder, type RawBuilder, type SqlBool, sql } from 'kysely'
import type { RolloutRef } from './rollout-ref.ts'
import type { RolloutRunRow, VersionRolloutRow } from './rollout-tables.ts'
import type { ServerTables, ServerTx } from './server-tables.ts'

/** Checks whether a version precedes another one; both are decimal numbers. */
function isEarlier(column: string, version: string): RawBuilder<SqlBool> {
  const name = sql.ref(column)
  return sql<SqlBool>`(length(${name}), ${name} collate "C") < (length(${version}::text), ${version}::text collate "C")`
}

/** Times that bound the runs of a rollout. */
interface RolloutTimes {
  /** Time at which the rollout of the runs in progress began. */
  readonly since: number
  /** Time after it until which accepted runs belong to it. */
  readonly graceMs: number
}

/** Open live runs of earlier versions that no other run has started, accepted before the rollout or soon after. */
function earlierRuns(tx: ServerTx, { tenantId, workflowId, version }: RolloutRef, { since, graceMs }: RolloutTimes) {
  return tx
    .selectFrom('runs')
    .where('runs.tenant_id', '=', tenantId)
    .where('runs.workflow_id', '=', workflowId)
    .where('runs.mode', '=', 'live')
    .where(isListedRun)
    .where(isTopLevelRun)
    .where('runs.finished_at', 'is', null)
    .where('runs.queued_at', '<', since + graceMs)
    .where(isEarlier('runs.version', version))
}

/** Checks that a rollout has no row of a run in one of these states. */
function hasNoRow({ workflowId, version }: RolloutRef, states: readonly RolloutRunRow['state'][]): Expression<SqlBool> {
  const { not, exists, selectFrom } = expressionBuilder<ServerTables, 'runs'>()
  return not(
    exists(
      selectFrom('rollout_runs as seen')
        .select('seen.run_id')
        .whereRef('seen.tenant_id', '=', 'runs.tenant_id')
        .where('seen.workflow_id', '=', workflowId)
        .where('seen.version', '=', version)
        .whereRef('seen.run_id', '=', 'runs.run_id')
        .where('seen.state', 'in', states),
    ),
  )
}

const ANY_STATE = ['selected', 'pending', 'refused'] as const

/** Runs that are asked together. */
interface Selection extends RolloutTimes {
  readonly isCancel: boolean
  /** Shortest time between two requests to the same run. */
  readonly checkMs: number
  readonly limit: number
}

/**
 * Selects runs to move or to cancel, and stores that they are about to be asked, so that one that cannot be asked comes after
 * the others. Runs that were not asked come first, the newest of them first. Then those that were asked before and have
 * neither moved nor refused: only once they have continued since, and after longer times with each request. The caller has
 * locked the rollout.
 */
export async function selectRunsToRollOut(
  tx: ServerTx,
  ref: RolloutRef,
  selection: Selection,
): Promise<readonly RunId[]> {
  const { isCancel, limit } = selection
  const unseen = await earlierRuns(tx, ref, selection)
    .select('runs.run_id')
    .$if(!isCancel, (query) => query.where('runs.status', '<>', 'queued'))
    .where(hasNoRow(ref, ANY_STATE))
    .orderBy('runs.queued_at', 'desc')
    .orderBy('runs.run_id', 'desc')
    .limit(limit)
    .execute()
  const again = unseen.length === limit ? [] : await selectAgain(tx, ref, selection, limit - unseen.length)
  const runIds = [...unseen, ...again].map((row) => row.run_id)
  await noteSelected(tx, ref, runIds)
  return runIds
}

/** Most doublings of the time between two requests to the same run. */
const MOST_DOUBLINGS = 6

function selectAgain(
  tx: ServerTx,
  ref: RolloutRef,
  { isCancel, checkMs, ...times }: Selection,
  limit: number,
): Promise<readonly { readonly run_id: RunId }[]> {
  const pause = sql<number>`${checkMs}::bigint * (1 << least(greatest(seen.checks - 1, 0), ${sql.lit(MOST_DOUBLINGS)}))`
  return earlierRuns(tx, ref, times)
    .innerJoin('rollout_runs as seen', (join) =>
      join
        .onRef('seen.tenant_id', '=', 'runs.tenant_id')
        .onRef('seen.run_id', '=', 'runs.run_id')
        .on('seen.workflow_id', '=', ref.workflowId)
        .on('seen.version', '=', ref.version),
    )
    .select('runs.run_id')
    .where('seen.checked_at', '<=', sql<number>`${databaseNow} - ${pause}`)
    .where((eb) =>
      // A cancelation that is stored is not stored again.
      isCancel
        ? eb('seen.state', '=', 'selected')
        : eb.and([
            eb('seen.state', 'in', ['selected', 'pending']),
            eb.or([eb('seen.turn', 'is', null), eb('seen.turn', '<>', eb.ref('runs.turn'))]),
          ]),
    )
    .orderBy('seen.checked_at')
    .limit(limit)
    .execute()
}

async function noteSelected(
  tx: ServerTx,
  { tenantId, workflowId, version }: RolloutRef,
  runIds: readonly RunId[],
): Promise<void> {
  if (runIds.length === 0) return
  const rows = [...runIds].sort().map((runId) => ({
    ...{ tenant_id: tenantId, workflow_id: workflowId, version, run_id: runId },
    ...{ state: 'selected' as const, checked_at: databaseNow, checks: 1 },
  }))
  await tx
    .insertInto('rollout_runs')
    .values(rows)
    .onConflict((conflict) =>
      conflict
        .columns(['tenant_id', 'workflow_id', 'version', 'run_id'])
        .doUpdateSet({ checked_at: databaseNow, turn: null, checks: sql<number>`rollout_runs.checks + 1` }),
    )
    .execute()
}

/**
 * Checks whether a rollout has more to do: open runs of earlier versions that may move or end, or runs that may be accepted
 * yet.
 */
export async function hasOpenRuns(tx: ServerTx, ref: RolloutRef, times: RolloutTimes): Promise<boolean> {
  const open = await earlierRuns(tx, ref, times)
    .select('runs.run_id')
    .where(hasNoRow(ref, ['refused']))
    .limit(1)
    .executeTakeFirst()
  if (open !== undefined) return true
  const { rows } = await sql<{ is_early: boolean }>`
    select ${databaseNow} < ${times.since + times.graceMs}::bigint as is_early`.execute(tx)
  return rows[0]?.is_early === true
}

/** Counts the open runs of earlier versions that the rollout has not asked. */
export async function countRunsLeft(tx: ServerTx, ref: RolloutRef, times: RolloutTimes): Promise<number> {
  const { count } = await earlierRuns(tx, ref, times)
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where(hasNoRow(ref, ['pending', 'refused']))
    .executeTakeFirstOrThrow()
  return Number(count)
}

/**
 * Records how a rollout has found a run that it has selected. The caller holds the rollout.
 *
 * @returns False, with nothing changed, for a run that remains on its version, as after a person has withdrawn the request.
 */
export async function putRolloutRun(
  tx: ServerTx,
  { tenantId, workflowId, version }: RolloutRef,
  { run_id: runId, ...found }: Pick<RolloutRunRow, 'run_id' | 'state' | 'code' | 'message' | 'turn'>,
): Promise<boolean> {
  const values = { ...found, checked_at: databaseNow }
  const row = await tx
    .insertInto('rollout_runs')
    .values({ tenant_id: tenantId, workflow_id: workflowId, version, run_id: runId, checks: 1, ...values })
    .onConflict((conflict) =>
      conflict
        .columns(['tenant_id', 'workflow_id', 'version', 'run_id'])
        .doUpdateSet(values)
        .where('rollout_runs.state', '<>', 'refused'),
    )
    .returning('run_id')
    .executeTakeFirst()
  return row !== undefined
}

/** Marks a run that may move as one that remains on its version, in every rollout that asks it to move. */
export async function refuseRun(
  tx: ServerTx,
  { tenantId, runId }: { readonly tenantId: TenantId; readonly runId: RunId },
  reason: { readonly code: string; readonly message: string },
): Promise<void> {
  await tx
    .updateTable('rollout_runs')
    .set({ state: 'refused', ...reason })
    .where('tenant_id', '=', tenantId)
    .where('run_id', '=', runId)
    .where('state', '<>', 'refused')
    .execute()
}

/**
 * Counts the runs that have moved or ended since they were selected, and forgets them, so that each is counted once: also
 * those that have refused to move, and do not remain on their version any more. The caller has locked the rollout.
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

/** Forgets the runs of a rollout; those that remain on their version are kept with `keepsRefused`. */
export async function clearRuns(
  tx: ServerTx,
  { tenantId, workflowId, version }: RolloutRef,
  { keepsRefused = false }: { readonly keepsRefused?: boolean } = {},
): Promise<void> {
  await tx
    .deleteFrom('rollout_runs')
    .where('tenant_id', '=', tenantId)
    .where('workflow_id', '=', workflowId)
    .where('version', '=', version)
    .$if(keepsRefused, (query) => query.where('state', '<>', 'refused'))
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

/** True for a run that was canceled by no request, but since it cannot continue: by its time limit, or a full log. */
const isGivenUp = sql<SqlBool>`(status = 'canceled' and coalesce(error::json ->> 'code', 'RUN_CANCELED') <> 'RUN_CANCELED')`

/**
 * Counts the live runs that have started with a version and that no other run has started. It reads all runs of the workflow
 * since the canary began, so no row is locked meanwhile.
 */
export async function countCanaryRuns(
  tx: ServerTx,
  row: Pick<VersionRolloutRow, 'tenant_id' | 'workflow_id' | 'version' | 'started_at' | 'ended_at'>,
): Promise<CanaryRuns> {
  const { tenant_id: tenantId, workflow_id: workflowId, version, started_at: startedAt, ended_at: endedAt } = row
  const counts = await tx
    .selectFrom('runs')
    .select((eb) => [
      eb.fn.countAll<number>().as('started'),
      eb.fn.countAll<number>().filterWhere('status', '=', 'completed').as('completed'),
      eb.fn
        .countAll<number>()
        .filterWhere(eb.or([eb('status', '=', 'failed'), isGivenUp]))
        .as('failed'),
    ])
    .where('tenant_id', '=', tenantId)
    .where('workflow_id', '=', workflowId)
    .where(sql<string>`coalesce(first_version, version)`, '=', version)
    .where('mode', '=', 'live')
    .where(isListedRun)
    .where(isTopLevelRun)
    .where('queued_at', '>=', startedAt - CLOCKS_MS)
    .$if(endedAt !== null, (query) => query.where('queued_at', '<=', (endedAt ?? 0) + CLOCKS_MS))
    .executeTakeFirstOrThrow()
  return { started: Number(counts.started), completed: Number(counts.completed), failed: Number(counts.failed) }
}

/** Forgets a run that is being deleted, in all rollouts. */
export async function deleteRowsOfRun(tx: ServerTx, tenantId: TenantId, runId: RunId): Promise<void> {
  await tx.deleteFrom('rollout_runs').where('tenant_id', '=', tenantId).where('run_id', '=', runId).execute()
}

/** Forgets runs of rollouts that retention has deleted. */
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
