import type { ExpressionBuilder } from 'kysely'
import type { RuntimeTables } from './tables.ts'

/**
 * Condition of a run that readers see: the rows of the runs below a deleted one are deleted after it, in small transactions.
 * Every query that lists runs in any state has it.
 */
export const isInNoDeletedTree = ({ or, eb, not, exists, selectFrom }: ExpressionBuilder<RuntimeTables, 'runs'>) =>
  or([
    eb('runs.root_run_id', 'is', null),
    not(
      exists(
        selectFrom('run_erasures')
          .select('run_erasures.run_id')
          .whereRef('run_erasures.tenant_id', '=', 'runs.tenant_id')
          .whereRef('run_erasures.root_run_id', '=', 'runs.root_run_id')
          .whereRef('run_erasures.run_id', '=', 'runs.root_run_id'),
      ),
    ),
  ])

/** Condition of a wait whose run readers see: a deleted tree has no open run, so none of its waits is open. */
export const isWaitOfNoDeletedTree = ({ or, eb, not, exists, selectFrom }: ExpressionBuilder<RuntimeTables, 'waits'>) =>
  or([
    eb('waits.status', '=', 'open'),
    not(
      exists(
        selectFrom('runs')
          .innerJoin('run_erasures', (join) =>
            join
              .onRef('run_erasures.tenant_id', '=', 'runs.tenant_id')
              .onRef('run_erasures.root_run_id', '=', 'runs.root_run_id')
              .onRef('run_erasures.run_id', '=', 'runs.root_run_id'),
          )
          .select('runs.run_id')
          .whereRef('runs.tenant_id', '=', 'waits.tenant_id')
          .whereRef('runs.run_id', '=', 'waits.run_id'),
      ),
    ),
  ])
