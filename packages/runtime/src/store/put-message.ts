import { type Fact, factId } from '@tenon/core/run'
import { sql } from 'kysely'
import type { TransactionHook } from '../engine.ts'
import { databaseNow } from '../postgres/database-now.ts'
import type { RuntimeTables } from '../postgres/tables.ts'
import type { Tx } from '../postgres/types.ts'
import { lockEngines } from './engine-lock.ts'
import type { RunRef } from './run-ref.ts'

/** Result of a message to a run; accepted ones are stored, and the run applies them soon. */
export type PutMessage =
  | { readonly outcome: 'accepted'; readonly runId: string; readonly owner: string | null }
  | { readonly outcome: 'not_found' | 'closed' }

/** Receiver of the wake-up for a message, and other rows that its transaction stores. */
export interface MessageRoute {
  /** Worker of this process, which gets a run of the embedded engine that no worker owns. @defaultValue any worker */
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
  await lockEngines(tx, tenantId)
  const added = await tx
    .insertInto('run_inbox')
    .values({ tenant_id: tenantId, run_id: runId, message_id: factId(fact), fact: JSON.stringify(fact), at })
    .onConflict((conflict) => conflict.doNothing())
    .returning((eb) =>
      eb
        .selectFrom('runs')
        .select('runs.engine')
        .whereRef('runs.tenant_id', '=', 'run_inbox.tenant_id')
        .whereRef('runs.run_id', '=', 'run_inbox.run_id')
        .as('engine'),
    )
    .executeTakeFirst()
  // The message is stored already: its transaction has stored the related rows and has woken the run.
  if (added === undefined) return { outcome: 'accepted', runId, owner: null }
  await route.hook?.(tx)
  if (added.engine === 'temporal') {
    await wakeShells(tx, tenantId, [runId])
    return { outcome: 'accepted', runId, owner: null }
  }
  return { outcome: 'accepted', runId, owner: await wakeRun(tx, { tenantId, runId }, route, fact.type) }
}

/** Wakes the shells of runs on Temporal. */
async function wakeShells(tx: Tx<RuntimeTables>, tenantId: string, runIds: readonly string[]): Promise<void> {
  if (runIds.length === 0) return
  await tx
    .insertInto('outbox')
    .columns(['tenant_id', 'run_id', 'kind', 'ready_at'])
    .expression(
      sql`select ${tenantId}::text, run_id, 'wake', ${databaseNow} from unnest(${runIds}::text[]) as r(run_id)`,
    )
    .execute()
}

/**
 * Wakes a run of the embedded engine for which a message was stored.
 *
 * @returns Worker that owns the run; `null` if none does.
 */
async function wakeRun(
  tx: Tx<RuntimeTables>,
  { tenantId, runId }: RunRef,
  { workerId = null }: MessageRoute,
  factType: Fact['type'],
): Promise<string | null> {
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

/** Run that was woken, with the worker that owns it; `null` if none does. */
interface WokenRun {
  readonly runId: string
  readonly owner: string | null
}

/**
 * Wakes runs for which an event was stored, in the caller's transaction and in the order of their ids. The caller has
 * called {@link lockEngines} before it stored the event.
 */
export async function wakeRuns(
  tx: Tx<RuntimeTables>,
  tenantId: string,
  runIds: readonly string[],
  { workerId = null }: MessageRoute,
): Promise<readonly WokenRun[]> {
  if (runIds.length === 0) return []
  const atTemporal = await tx
    .selectFrom('runs')
    .select('run_id')
    .where('tenant_id', '=', tenantId)
    .where(sql<boolean>`run_id = any(${runIds}::text[])`)
    .where('engine', '=', 'temporal')
    .execute()
  const elsewhere = new Set(atTemporal.map((row) => row.run_id))
  const embedded = runIds.filter((runId) => !elsewhere.has(runId))
  const shells: readonly WokenRun[] = [...elsewhere].map((runId) => ({ runId, owner: null }))
  await wakeShells(tx, tenantId, [...elsewhere])
  if (embedded.length === 0) return shells
  const woken = await tx
    .insertInto('run_ready')
    .columns(['tenant_id', 'run_id', 'ready_at', 'worker_id', 'woken'])
    .expression(
      sql`select ${tenantId}::text, run_id, ${databaseNow}, ${workerId}::text, ${workerId === null}::boolean
        from unnest(${embedded}::text[]) with ordinality as r(run_id, position) order by position`,
    )
    .onConflict((conflict) => conflict.columns(['tenant_id', 'run_id']).doUpdateSet({ woken: true }))
    .returning(['run_id as runId', 'worker_id as owner'])
    .execute()
  return [...woken, ...shells]
}
