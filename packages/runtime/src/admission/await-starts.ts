import { setTimeout } from 'node:timers/promises'
import { TenonError } from '@tenon/core/errors'
import { sql } from 'kysely'
import { STARTS_LOCK } from '../postgres/migrations/starts-lock.ts'
import type { RuntimeDatabase } from '../postgres/tables.ts'

const POLL_MS = 10
/** An append ends long before: it has a deadline of its own. */
const MAX_POLLS = 3_000

/**
 * Waits for the end of the transactions that start runs of a tenant now, so that a pause that was stored before holds each
 * run that is not stored after the wait. It takes no lock: appends that queue behind it would be a deadlock.
 *
 * @throws {@link TenonError} `UNAVAILABLE` if one of them does not end.
 */
export async function awaitStarts(database: RuntimeDatabase, tenantId: string): Promise<void> {
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
