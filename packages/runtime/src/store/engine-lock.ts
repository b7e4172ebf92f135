import { sql } from 'kysely'
import type { RuntimeTables } from '../postgres/tables.ts'
import type { Tx } from '../postgres/types.ts'

/**
 * Keeps the runs of a tenant from changing their engines until the caller's transaction ends, which stores messages: each
 * wakes its run by the engine that the row of the run names. Taken before the messages, as in an append.
 */
export async function lockEngines(tx: Tx<RuntimeTables>, tenantId: string): Promise<void> {
  await sql`select pg_advisory_xact_lock_shared(hashtextextended(${`engine ${tenantId}`}, 0))`.execute(tx)
}
