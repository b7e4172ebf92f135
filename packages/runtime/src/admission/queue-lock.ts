import { sql } from 'kysely'
import type { RuntimeTables } from '../postgres/tables.ts'
import type { Tx } from '../postgres/types.ts'

/** Seed of the hash that names the lock of a queue, so that it differs from locks of the host for the same text. */
const QUEUE_LOCK = 7_302

/**
 * Locks the queue of a tenant until the end of the transaction, so that decisions about it never overlap. No append
 * takes it. A transaction that has it may wait for an append that stores the same plan or payload, but never for a row
 * of the queue, which an append locks to cancel a child: it skips such rows.
 */
export async function lockQueue(tx: Tx<RuntimeTables>, tenantId: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${tenantId}, ${QUEUE_LOCK}))`.execute(tx)
}

/** Locks the queue of a tenant as {@link lockQueue}, unless another transaction has it. */
export async function tryLockQueue(tx: Tx<RuntimeTables>, tenantId: string): Promise<boolean> {
  const { rows } = await sql<{ locked: boolean }>`
    select pg_try_advisory_xact_lock(hashtextextended(${tenantId}, ${QUEUE_LOCK})) as locked`.execute(tx)
  return rows[0]?.locked === true
}
