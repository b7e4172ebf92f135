import type { Actor } from '@tenon/core/run'
import type { PauseStartsResult, TransactionHook } from '../engine.ts'
import { databaseNow } from '../postgres/database-now.ts'
import type { RuntimeDatabase } from '../postgres/tables.ts'
import type { RunLimits } from '../store/run-limits.ts'
import { type Admitted, admitRuns } from './admit-runs.ts'
import { awaitStarts } from './await-starts.ts'
import { lockQueue } from './queue-lock.ts'

/** A workflow whose starts are paused or resumed; the whole tenant if `workflowId` is null. */
export interface Gate {
  readonly tenantId: string
  readonly workflowId: string | null
}

/** Pauses new runs. Each start that is not stored yet when it resolves waits. */
export async function closeGate(
  database: RuntimeDatabase,
  { tenantId, workflowId }: Gate,
  actor: Actor,
  hook: TransactionHook | undefined,
): Promise<PauseStartsResult> {
  const result = await database.withTenant<PauseStartsResult>(tenantId, async (tx) => {
    await lockQueue(tx, tenantId)
    const gate = { workflow_id: workflowId ?? '', paused_at: databaseNow, paused_by: JSON.stringify(actor) }
    const closed = await tx
      .insertInto('run_gates')
      .values({ tenant_id: tenantId, ...gate })
      .onConflict((conflict) => conflict.doNothing())
      .returning('workflow_id')
      .executeTakeFirst()
    if (closed === undefined) return { outcome: 'unchanged' }
    await hook?.(tx)
    return { outcome: 'accepted' }
  })
  // Also if another request has stored the pause: it may still wait.
  await awaitStarts(database, tenantId)
  return result
}

/** Resumes new runs, and admits those of the first lanes that may start now; `swept` is null if nothing was paused. */
export function openGate(
  database: RuntimeDatabase,
  { tenantId, workflowId }: Gate,
  limits: RunLimits,
  hook: TransactionHook | undefined,
): Promise<PauseStartsResult & { readonly swept: Admitted | null }> {
  return database.withTenant(tenantId, async (tx) => {
    await lockQueue(tx, tenantId)
    const opened = await tx
      .deleteFrom('run_gates')
      .where('tenant_id', '=', tenantId)
      .where('workflow_id', '=', workflowId ?? '')
      .returning('workflow_id')
      .executeTakeFirst()
    if (opened === undefined) return { outcome: 'unchanged', swept: null }
    await hook?.(tx)
    const part = { tenantId, limits, focus: { after: null } }
    return { outcome: 'accepted', swept: await admitRuns(tx, database.schema, part) }
  })
}
