import { type Fact, factId } from '@tenon/core/run'
import { sql } from 'kysely'
import type { TransactionHook } from '../engine.ts'
import { databaseNow } from '../postgres/database-now.ts'
import type { RuntimeTables } from '../postgres/tables.ts'
import type { Tx } from '../postgres/types.ts'
import type { RunRef } from './run-ref.ts'

/** Result of a message to a run; accepted ones are stored, and the run applies them soon. */
export type PutMessage =
  | { readonly outcome: 'accepted'; readonly runId: string; readonly owner: string | null }
  | { readonly outcome: 'not_found' | 'closed' }

/** Receiver of the wake-up for a message, and other rows that its transaction stores. */
export interface MessageRoute {
  /**
   * Embedded: the worker of this process, which gets the run if no worker owns it, or null. Temporal: absent, the
   * wake-up goes to the outbox.
   */
  readonly workerId?: string | null
  readonly hook?: TransactionHook | undefined
}

/** A fact for the inbox of a run. */
export interface Message extends RunRef {
  readonly fact: Fact
  readonly at: number
  readonly route: MessageRoute
}

/** Stores a message in the inbox of a run and wakes the run, in the caller's transaction. */
export async function putMessage(
  tx: Tx<RuntimeTables>,
  { tenantId, runId, fact, at, route }: Message,
): Promise<PutMessage> {
  const added = await tx
    .insertInto('run_inbox')
    .values({ tenant_id: tenantId, run_id: runId, message_id: factId(fact), fact: JSON.stringify(fact), at })
    .onConflict((conflict) => conflict.doNothing())
    .returning('run_id')
    .executeTakeFirst()
  // The message is stored already: its transaction has stored the related rows and has woken the run.
  if (added === undefined) return { outcome: 'accepted', runId, owner: null }
  await route.hook?.(tx)
  return { outcome: 'accepted', runId, owner: await wakeRun(tx, { tenantId, runId }, route, fact.type) }
}

/**
 * Wakes a run for which a message was stored, in the caller's transaction.
 *
 * @returns Worker that owns the run; `null` if none does, and on Temporal.
 */
async function wakeRun(
  tx: Tx<RuntimeTables>,
  { tenantId, runId }: RunRef,
  route: MessageRoute,
  factType: Fact['type'],
): Promise<string | null> {
  if (route.workerId === undefined) {
    const message = { tenant_id: tenantId, run_id: runId, kind: 'wake', ready_at: databaseNow }
    await tx.insertInto('outbox').values(message).execute()
    return null
  }
  const { workerId } = route
  const ready = await tx
    .insertInto('run_ready')
    .values({
      tenant_id: tenantId,
      run_id: runId,
      ready_at: databaseNow,
      worker_id: workerId,
      woken: workerId === null,
    })
    .onConflict((conflict) =>
      conflict.columns(['tenant_id', 'run_id']).doUpdateSet({
        woken: true,
        // Ending a run requires no node type, so that a run with types that no worker has can still be canceled.
        ...(factType === 'cancel_requested'
          ? { requires_key: sql<string>`split_part(run_ready.requires_key, '/', 1)` }
          : {}),
        // Nor does one that undoes nothing.
        ...(factType === 'compensation_skip_requested'
          ? { requires_key: sql<string>`split_part(split_part(run_ready.requires_key, '/', 1), '~', 1)` }
          : {}),
      }),
    )
    .returning('worker_id')
    .executeTakeFirst()
  return ready?.worker_id ?? null
}

/** Wakes runs for which an event was stored, in the caller's transaction, in the order of their ids. */
export async function wakeRuns(
  tx: Tx<RuntimeTables>,
  tenantId: string,
  runIds: readonly string[],
  { workerId }: MessageRoute,
): Promise<readonly { readonly runId: string; readonly owner: string | null }[]> {
  if (runIds.length === 0) return []
  if (workerId === undefined) {
    await tx
      .insertInto('outbox')
      .columns(['tenant_id', 'run_id', 'kind', 'ready_at'])
      .expression(
        sql`select ${tenantId}::text, run_id, 'wake', ${databaseNow} from unnest(${runIds}::text[]) as r(run_id)`,
      )
      .execute()
    return runIds.map((runId) => ({ runId, owner: null }))
  }
  return tx
    .insertInto('run_ready')
    .columns(['tenant_id', 'run_id', 'ready_at', 'worker_id', 'woken'])
    .expression(
      sql`select ${tenantId}::text, run_id, ${databaseNow}, ${workerId}::text, ${workerId === null}::boolean
        from unnest(${runIds}::text[]) with ordinality as r(run_id, position) order by position`,
    )
    .onConflict((conflict) => conflict.columns(['tenant_id', 'run_id']).doUpdateSet({ woken: true }))
    .returning(['run_id as runId', 'worker_id as owner'])
    .execute()
}
