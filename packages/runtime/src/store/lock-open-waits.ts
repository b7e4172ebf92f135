import type { RuntimeTables } from '../postgres/tables.ts'
import type { Tx } from '../postgres/types.ts'
import type { RunKey } from './run-key.ts'

/**
 * Locks the open waits of a run in the order of their ids, or those of them that are due.
 *
 * @param dueAt - Milliseconds since the Unix epoch. @defaultValue all open waits
 */
export async function lockOpenWaits(tx: Tx<RuntimeTables>, { tenantId, runId }: RunKey, dueAt?: number): Promise<void> {
  const open = tx
    .selectFrom('waits')
    .select('approval_id')
    .where('tenant_id', '=', tenantId)
    .where('run_id', '=', runId)
    .where('status', '=', 'open')
    .orderBy('approval_id')
    .forUpdate()
  await (dueAt === undefined ? open : open.where('due_at', '<=', dueAt)).execute()
}
