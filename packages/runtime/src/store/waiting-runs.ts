import type { TenantId } from '@tenon/core/document'
import { sql } from 'kysely'
import { isListedWait } from '../postgres/list-conditions.ts'
import type { RuntimeTables } from '../postgres/tables.ts'
import type { Tx } from '../postgres/types.ts'
import type { StoredRun, StoredWaitingRun } from '../run-store.ts'

/** Most runs that are listed. */
const MAX_RUNS = 100

/**
 * Selects a run and the runs below it that wait for people, those that wait longest first.
 *
 * It begins at the open waits of the tree and climbs up to the run: there are fewer of them than runs.
 */
export async function selectWaitingRuns(
  tx: Tx<RuntimeTables>,
  tenantId: TenantId,
  { runId, rootRunId }: Pick<StoredRun, 'runId' | 'rootRunId'>,
): Promise<readonly StoredWaitingRun[]> {
  const rows = await tx
    .withRecursive('way', (db) =>
      db
        .selectFrom(
          db
            .selectFrom('waits')
            .select(['run_id as waiting_id', 'kind'])
            .select((eb) => [eb.fn.countAll().as('count'), eb.fn.min('opened_at').as('since')])
            .where('tenant_id', '=', tenantId)
            .where('kind', 'in', ['approval', 'parked'])
            .where('status', '=', 'open')
            .where('resolution', 'is', null)
            .where(isListedWait)
            .groupBy(['run_id', 'kind'])
            .as('open'),
        )
        .innerJoin('runs', (join) => join.onRef('run_id', '=', 'waiting_id').on('runs.tenant_id', '=', tenantId))
        .select(['waiting_id', 'kind', 'count', 'since', 'run_id as at_id', 'parent_run_id', 'parent_node_run_id'])
        .select(sql<string | null>`null::text`.as('node_run_id'))
        .where((eb) => eb.or([eb('root_run_id', '=', rootRunId), eb('run_id', '=', rootRunId)]))
        .unionAll(
          db
            .selectFrom('way')
            .innerJoin('runs', (join) =>
              join.onRef('run_id', '=', 'way.parent_run_id').on('runs.tenant_id', '=', tenantId),
            )
            .select(['waiting_id', 'kind', 'count', 'since', 'run_id as at_id'])
            .select(['runs.parent_run_id', 'runs.parent_node_run_id', 'way.parent_node_run_id as node_run_id'])
            .where('at_id', '!=', runId),
        ),
    )
    .selectFrom('way')
    .innerJoin('runs', (join) => join.onRef('run_id', '=', 'waiting_id').on('runs.tenant_id', '=', tenantId))
    .select(['waiting_id', 'kind', 'count', 'way.node_run_id', 'workflow_id'])
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
