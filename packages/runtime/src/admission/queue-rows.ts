import { sql } from 'kysely'
import { statementNow } from '../postgres/database-now.ts'
import type { RuntimeDatabase, RuntimeTables } from '../postgres/tables.ts'
import type { Tx } from '../postgres/types.ts'
import { groupOf } from '../store/queue-entry.ts'
import type { GroupRef } from './read-queue.ts'

/** Most expired rows of one table that are deleted at once. */
const DELETED_AT_ONCE = 10_000

/** Counts the runs of a tenant that wait in the queue, up to a number. */
export async function countQueued(
  tx: Tx<RuntimeTables>,
  schema: string,
  tenantId: string,
  most: number,
): Promise<number> {
  const rows = sql.table(`${schema}.run_admissions`)
  const { rows: found } = await sql<{ count: number }>`select count(*)::integer as count from (
    select from ${rows} where tenant_id = ${tenantId} and admitted_at is null limit ${most}) as q`.execute(tx)
  return found[0]?.count ?? 0
}

/** Returns the groups of runs, whose limits the ends of these runs leave room in. */
export async function groupsOf(
  tx: Tx<RuntimeTables>,
  tenantId: string,
  runIds: readonly string[],
): Promise<readonly GroupRef[]> {
  if (runIds.length === 0) return []
  const rows = await tx
    .selectFrom('runs')
    .select(['workflow_id', 'concurrency_key'])
    .distinct()
    .where('tenant_id', '=', tenantId)
    .where('run_id', '=', sql<string>`any(${[...runIds]}::text[])`)
    .execute()
  return rows.map(({ workflow_id: workflowId, concurrency_key: key }) => ({ workflowId, group: groupOf(key) }))
}

/** Returns the tenants with runs that wait to start, or into which no further request is merged; each is one search in the index. */
export async function tenantsWithQueue(database: RuntimeDatabase): Promise<readonly string[]> {
  const rows = sql.table(`${database.schema}.run_admissions`)
  const waiting = sql`r.admitted_at is null and r.collects_until is null`
  return database.withSystem(async (tx) => {
    const found = await sql<{ tenant_id: string }>`
      with recursive tenants as (
        (select r.tenant_id from ${rows} r where ${waiting} order by r.tenant_id limit 1)
        union all
        select n.tenant_id from tenants t cross join lateral (
          select r.tenant_id from ${rows} r where ${waiting} and r.tenant_id > t.tenant_id order by r.tenant_id limit 1) n
      )
      select tenant_id from tenants union select r.tenant_id from ${rows} r where r.collects_until <= ${statementNow}`.execute(
      tx,
    )
    return found.rows.map((row) => row.tenant_id)
  })
}

/**
 * Deletes all starts that count against no rate any more, and ends of windows, of all tenants, in small transactions.
 *
 * @param isStopped - Checked between transactions.
 */
export async function deleteExpired(database: RuntimeDatabase, isStopped: () => boolean): Promise<void> {
  for (const name of ['run_starts', 'run_dedupes'] as const) {
    const rows = sql.table(`${database.schema}.${name}`)
    const deleteSome = async (): Promise<boolean> => {
      const { numAffectedRows = 0n } = await database.withSystem((tx) =>
        sql`delete from ${rows} where ctid = any(array(
          select ctid from ${rows} where until <= ${statementNow} limit ${DELETED_AT_ONCE} for update skip locked))`.execute(
          tx,
        ),
      )
      return Number(numAffectedRows) === DELETED_AT_ONCE
    }
    while (!isStopped() && (await deleteSome())) {
      // The next ones.
    }
  }
}
