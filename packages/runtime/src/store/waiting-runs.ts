import type { TenantId } from '@tenon/core/document'
import { sql } from 'kysely'
import type { RuntimeTables } from '../postgres/tables.ts'
import type { Tx } from '../postgres/types.ts'
import type { StoredRun, StoredWaitingRun } from '../run-store.ts'
import { isOpenWait } from './wait-status.ts'

/** Most runs that are listed. */
const MAX_RUNS = 100

/**
 * Selects a run and the runs below it that wait for people, those that wait longest first.
 *
 * It begins at the runs of the tree that have not ended, reads the open waits of each, and climbs from those that have
 * some up to the run. So it reads nothing of other trees, however much waits in them.
 */
export async function selectWaitingRuns(
  tx: Tx<RuntimeTables>,
  tenantId: TenantId,
  { runId, rootRunId }: Pick<StoredRun, 'runId' | 'rootRunId'>,
): Promise<readonly StoredWaitingRun[]> {
  const rows = await tx
    .withRecursive('way', (db) =>
      db
        .selectFrom('runs')
        // Once for each run of the tree: as a join, it might read all waits of the tenant.
        .innerJoinLateral(
          (eb) =>
            eb
              .selectFrom('waits')
              .select('kind')
              .select(({ fn }) => [fn.countAll().as('count'), fn.min('opened_at').as('since')])
              .where('waits.tenant_id', '=', tenantId)
              .whereRef('waits.run_id', '=', 'runs.run_id')
              .where('kind', 'in', ['approval', 'parked'])
              .where(isOpenWait)
              .groupBy('kind')
              .as('open'),
          (join) => join.onTrue(),
        )
        .select(['run_id as waiting_id', 'workflow_id', 'kind', 'count', 'since'])
        .select(['run_id as at_id', 'parent_run_id', 'parent_node_run_id'])
        .select(sql<string | null>`null::text`.as('node_run_id'))
        .where('runs.tenant_id', '=', tenantId)
        .where('finished_at', 'is', null)
        .where((eb) => eb.or([eb('root_run_id', '=', rootRunId), eb('run_id', '=', rootRunId)]))
        .unionAll(
          db
            .selectFrom('way')
            .innerJoinLateral(
              (eb) =>
                eb
                  .selectFrom('runs')
                  .select(['runs.run_id', 'runs.parent_run_id', 'runs.parent_node_run_id'])
                  .where('runs.tenant_id', '=', tenantId)
                  .whereRef('runs.run_id', '=', 'way.parent_run_id')
                  // So that it is read by its key, however many rows are expected on the way.
                  .limit(1)
                  .as('above'),
              (join) => join.onTrue(),
            )
            .select(['waiting_id', 'workflow_id', 'kind', 'count', 'since', 'above.run_id as at_id'])
            .select(['above.parent_run_id', 'above.parent_node_run_id', 'way.parent_node_run_id as node_run_id'])
            .where('at_id', '!=', runId),
        ),
    )
    .selectFrom('way')
    .select(['waiting_id', 'workflow_id', 'kind', 'count', 'node_run_id'])
    .where('at_id', '=', runId)
    .orderBy('since')
    .orderBy('waiting_id')
    .limit(MAX_RUNS)
    .execute()
  return rows.map((row) => ({
    runId: row.waiting_id,
    workflowId: row.workflow_id,
    nodeRunId: row.node_run_id,
    kind: row.kind === 'parked' ? 'parked' : 'approval',
    count: Number(row.count),
  }))
}
