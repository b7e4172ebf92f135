import { TenonError } from '@tenon/core/errors'
import { type RawBuilder, sql } from 'kysely'
import type { RuntimeDatabase } from '../postgres/tables.ts'
import type { ClaimableRows } from './claim-rows.ts'
import { withFact } from './requirements.ts'
import type { RunRef } from './run-ref.ts'

/** Creates the error about a fact that only a later version can read: an event of the log, or a message of the inbox. */
export function laterFactError(found: 'log' | 'inbox', type: string): TenonError {
  const holds = found === 'log' ? 'run log holds an event' : 'inbox of the run holds a message'
  return new TenonError('RUN_LOG_NEWER', `The ${holds} of the type "${type}", which this version cannot read`, {
    details: { type },
  })
}

/**
 * The type of fact that keeps this worker from reading the log of a run, because a later version has written it.
 *
 * @returns Null for any other error.
 */
export function unreadableFact(error: unknown): string | null {
  if (!(error instanceof TenonError) || error.code !== 'RUN_LOG_NEWER') return null
  return String(error.details?.['type'])
}

/** A row of work that a worker has claimed, by the values of its key. */
export interface OwnedRow extends RunRef {
  /** Values of the key columns, in their order. */
  readonly key: readonly (string | number)[]
  readonly workerId: string
}

/**
 * Releases a claimed row to workers that can read a type of fact: it requires that from now on, so that this worker does
 * not claim it again. Does nothing if the worker no longer owns it.
 *
 * Reads again if another transaction has changed what the row requires, for example a cancelation.
 */
export async function releaseToReaders(
  database: RuntimeDatabase,
  { table, key: columns, freed }: Pick<ClaimableRows, 'table' | 'key' | 'freed'>,
  { tenantId, key, workerId }: OwnedRow,
  factType: string,
): Promise<void> {
  const { schema } = database
  const rows = sql.table(`${schema}.${table}`)
  const conditions: readonly RawBuilder<unknown>[] = columns.map(
    (column, index) => sql`${sql.ref(`r.${column}`)} = ${key[index]}`,
  )
  const isOwned = sql`${sql.join([...conditions], sql` and `)} and r.worker_id = ${workerId}`
  for (;;) {
    const known = await database.withTenant(tenantId, (tx) =>
      sql<{ requires_key: string; capabilities: readonly string[] | null }>`
        select r.requires_key, q.capabilities from ${rows} r
        left join ${sql.table(`${schema}.run_requirements`)} q using (tenant_id, requires_key)
        where ${isOwned}`.execute(tx),
    )
    const [row] = known.rows
    if (row === undefined) return
    const required = withFact({ key: row.requires_key, capabilities: row.capabilities ?? [] }, factType)
    // In a transaction of its own, as all that writes requirements.
    await database.withTenant(tenantId, (tx) =>
      tx
        .insertInto('run_requirements')
        .values({ tenant_id: tenantId, requires_key: required.key, capabilities: required.capabilities })
        .onConflict((conflict) => conflict.doNothing())
        .execute(),
    )
    const released = await database.withTenant(tenantId, (tx) =>
      sql`
        update ${rows} r set requires_key = ${required.key}, worker_id = null, ${freed}
        where ${isOwned} and r.requires_key = ${row.requires_key} returning r.tenant_id`.execute(tx),
    )
    if (released.rows.length > 0) return
  }
}
