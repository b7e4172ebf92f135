import { isRunOver, type RunStatus } from '@tenon/core/run'
import type { RuntimeTables } from '../postgres/tables.ts'
import type { Tx } from '../postgres/types.ts'
import type { RunRef } from './run-ref.ts'

/**
 * Locks the row of a run that has not ended, before a request is put into its inbox: of two requests at once, the second
 * one sees the first.
 */
export async function lockOpenRun(
  tx: Tx<RuntimeTables>,
  { tenantId, runId }: RunRef,
): Promise<{ readonly status: string; readonly engine: string } | 'not_found' | 'closed'> {
  const run = await tx
    .selectFrom('runs')
    .select(['status', 'engine'])
    .where('tenant_id', '=', tenantId)
    .where('run_id', '=', runId)
    .forNoKeyUpdate()
    .executeTakeFirst()
  if (run === undefined) return 'not_found'
  return isRunOver(run.status as RunStatus) ? 'closed' : run
}
