import { setTimeout } from 'node:timers/promises'
import { TenonError } from '@tenon/core/errors'
import type { Actor } from '@tenon/core/run'
import { sql } from 'kysely'
import type { PauseStartsResult, TransactionHook } from '../engine.ts'
import { databaseNow } from '../postgres/database-now.ts'
import { STARTS_LOCK } from '../postgres/migrations/starts-lock.ts'
import type { RuntimeDatabase } from '../postgres/tables.ts'
import type { RunLimits } from '../store/run-limits.ts'
import { type Admitted, admitRuns } from './admit-runs.ts'
import { lockQueue } from './queue-lock.ts'

const POLL_MS = 10

/** An append ends long before: it has a deadline of its own. */
const MAX_POLLS = 3_000

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

/**
 * Waits for the end of the transactions that start runs of a tenant now, so that a pause that was stored before holds each
 * run that is not stored after the wait. It takes no lock: appends that queue behind it would be a deadlock.
 *
 * @throws {@link TenonError} `UNAVAILABLE` if one of them does not end.
 */
async function awaitStarts(database: RuntimeDatabase, tenantId: string): Promise<void> {
  let open = await openStarts(database, tenantId)
  for (let polls = 0; open.length > 0; polls += 1) {
    if (polls === MAX_POLLS) throw new TenonError('UNAVAILABLE', 'A start of a run has not ended; pause again')
    await setTimeout(POLL_MS)
    const still = new Set(await openStarts(database, tenantId))
    open = open.filter((id) => still.has(id))
  }
}

/** Returns the ids of the transactions that start runs of a tenant. */
async function openStarts(database: RuntimeDatabase, tenantId: string): Promise<readonly string[]> {
  const rows = await database.withTenant(tenantId, async (tx) => {
    const found = await sql<{ id: string }>`
      with key as (select hashtextextended(${tenantId}, ${sql.lit(STARTS_LOCK)}) as hash)
      select l.virtualtransaction as id from pg_locks l, key
        where l.locktype = 'advisory' and l.mode = 'ShareLock' and l.objsubid = 1
          and l.database = (select d.oid from pg_database d where d.datname = current_database())
          and l.classid::bigint = (key.hash >> 32) & 4294967295 and l.objid::bigint = key.hash & 4294967295`.execute(tx)
    return found.rows
  })
  return rows.map(({ id }) => id)
}
