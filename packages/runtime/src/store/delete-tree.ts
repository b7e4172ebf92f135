import { sql } from 'kysely'
import type { RuntimeDatabase, RuntimeTables } from '../postgres/tables.ts'
import type { Tx } from '../postgres/types.ts'
import type { RunRef } from './run-ref.ts'
import { deleteRefs } from './unused-payloads.ts'

type RuntimeTx = Tx<RuntimeTables>

/** Result of a request to delete a run. */
export type DeleteRunResult = 'deleted' | 'not_found' | 'open' | 'has_parent'

/** Runs of a tree that one transaction deletes. */
const RUNS = 100
/** Rows of the run log that one transaction deletes; a row has at most about 64 kB. */
const LOG_ROWS = 500
/** References to values that one transaction deletes of runs below the top. */
const REFS = 5_000

/**
 * Deletes the row of a run at the top of its tree if all runs of the tree have ended. The runs below it, and all logs, are
 * left to {@link deleteSomeOfTrees}: the run is gone for readers at once, and a tree of any size is deleted in small transactions.
 * Its values are noted for `collectPayloads`, so that none is locked here.
 *
 * @param endedBefore - Time before which every run of the tree must have ended. @defaultValue any
 * @param skipsLocked - Leaves a run that another transaction has locked, as if it were not there. @defaultValue false
 */
export async function deleteRootRun(
  tx: RuntimeTx,
  { tenantId, runId }: RunRef,
  { endedBefore = Number.MAX_SAFE_INTEGER, skipsLocked = false } = {},
): Promise<DeleteRunResult> {
  const query = tx
    .selectFrom('runs')
    .select(['start_week', 'parent_run_id', 'finished_at'])
    .where('tenant_id', '=', tenantId)
    .where('run_id', '=', runId)
    .forUpdate()
  const run = await (skipsLocked ? query.skipLocked() : query).executeTakeFirst()
  if (run === undefined) return 'not_found'
  if (run.parent_run_id !== null) return 'has_parent'
  if (run.finished_at === null || run.finished_at >= endedBefore) return 'open'
  // A run that has ended starts no others, so a tree without open runs remains as it is.
  const later = await tx
    .selectFrom('runs')
    .select('run_id')
    .where('tenant_id', '=', tenantId)
    .where('root_run_id', '=', runId)
    .where((eb) => eb.or([eb('finished_at', 'is', null), eb('finished_at', '>=', endedBefore)]))
    .limit(1)
    .executeTakeFirst()
  if (later !== undefined) return 'open'
  await deleteRefs(tx, { tenantId, runIds: [runId] })
  await deleteRows(tx, tenantId, runId, [{ run_id: runId, start_week: run.start_week }])
  return 'deleted'
}

/**
 * Deletes a part of what remains of deleted trees, in one transaction: references to values, runs, or rows of a log.
 *
 * @param rootRunId - Only of this tree. @defaultValue of any tree of the tenant
 * @returns False if nothing is left, or if other processes delete it now.
 */
export function deleteSomeOfTrees(database: RuntimeDatabase, tenantId: string, rootRunId?: string): Promise<boolean> {
  return database.withTenant(tenantId, async (tx) => {
    let query = tx
      .selectFrom('run_erasures')
      .select(['root_run_id', 'run_id', 'start_week'])
      .where('tenant_id', '=', tenantId)
    if (rootRunId !== undefined) query = query.where('root_run_id', '=', rootRunId)
    const next = await query.limit(1).forUpdate().skipLocked().executeTakeFirst()
    if (next === undefined) return false
    const below =
      next.run_id === next.root_run_id
        ? await tx
            .selectFrom('runs')
            .select(['run_id', 'start_week'])
            .where('tenant_id', '=', tenantId)
            .where('root_run_id', '=', next.root_run_id)
            .orderBy('run_id')
            .limit(RUNS)
            .forUpdate()
            .execute()
        : []
    if (below.length === 0) await deleteLog(tx, tenantId, next)
    else {
      const runIds = below.map((run) => run.run_id)
      const refs = await deleteRefs(tx, { tenantId, runIds, limit: REFS })
      if (refs < REFS) await deleteRows(tx, tenantId, next.root_run_id, below)
    }
    return true
  })
}

/** Deletes the rows of runs, with what belongs to them. */
async function deleteRows(
  tx: RuntimeTx,
  tenantId: string,
  rootRunId: string,
  runs: readonly { readonly run_id: string; readonly start_week: number }[],
): Promise<void> {
  await tx
    .insertInto('run_erasures')
    .values(runs.map((run) => ({ tenant_id: tenantId, root_run_id: rootRunId, ...run })))
    .execute()
  const runIds = runs.map((run) => run.run_id)
  await deleteAnswers(tx, tenantId, runIds)
  await tx.deleteFrom('data_completions').where('tenant_id', '=', tenantId).where('run_id', 'in', runIds).execute()
  await tx.deleteFrom('model_reservations').where('tenant_id', '=', tenantId).where('run_id', 'in', runIds).execute()
  await deleteModelSpend(tx, tenantId, runIds)
  await tx.deleteFrom('runs').where('tenant_id', '=', tenantId).where('run_id', 'in', runIds).execute()
}

/** Deletes the use of models by runs and their nodes. What their workflows and the tenant have used stays. */
async function deleteModelSpend(tx: RuntimeTx, tenantId: string, runIds: readonly string[]): Promise<void> {
  await tx.deleteFrom('model_spend').where('tenant_id', '=', tenantId).where('run_id', 'in', runIds).execute()
}

/** Deletes the dedupe keys that returned runs. One that a request has locked answers none, since its run is gone. */
async function deleteAnswers(tx: RuntimeTx, tenantId: string, runIds: readonly string[]): Promise<void> {
  await tx
    .deleteFrom('run_dedupes')
    .where('tenant_id', '=', tenantId)
    .where(({ eb, refTuple }) =>
      eb(refTuple('workflow_id', 'dedupe_key'), 'in', ({ selectFrom }) =>
        selectFrom('run_dedupes as d')
          .select(['d.workflow_id', 'd.dedupe_key'])
          .where('d.tenant_id', '=', tenantId)
          .where('d.run_id', 'in', runIds)
          .forUpdate()
          .skipLocked()
          .$asTuple('workflow_id', 'dedupe_key'),
      ),
    )
    .execute()
}

async function deleteLog(
  tx: RuntimeTx,
  tenantId: string,
  deleted: { readonly root_run_id: string; readonly run_id: string; readonly start_week: number },
): Promise<void> {
  const { run_id: runId, start_week: week } = deleted
  const { numDeletedRows } = await tx
    .deleteFrom('run_log')
    .where('tenant_id', '=', tenantId)
    .where('run_id', '=', runId)
    .where('start_week', '=', week)
    .where('seq', 'in', (eb) =>
      eb
        .selectFrom('run_log as log')
        .select('log.seq')
        .where('log.tenant_id', '=', tenantId)
        .where('log.run_id', '=', runId)
        .where('log.start_week', '=', week)
        .orderBy('log.seq')
        .limit(sql.lit(LOG_ROWS)),
    )
    .executeTakeFirstOrThrow()
  if (Number(numDeletedRows) === LOG_ROWS) return
  await tx
    .deleteFrom('run_erasures')
    .where('tenant_id', '=', tenantId)
    .where('root_run_id', '=', deleted.root_run_id)
    .where('run_id', '=', runId)
    .execute()
}
