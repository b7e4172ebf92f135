import { TenonError } from '@tenon/core/errors'
import { sql } from 'kysely'
import type { Database } from './types.ts'

/**
 * Checks at start-up that row-level security works: every table enables and forces it, and a row of a test tenant can
 * be neither read nor written by another one. Leaves no data behind.
 *
 * @throws {@link TenonError} `DB_RLS_BROKEN` with the failed check in the message.
 */
export async function canary<Tables>(database: Database<Tables>): Promise<void> {
  await checkCatalog(database)
  await probe(database)
}

async function checkCatalog<Tables>(database: Database<Tables>): Promise<void> {
  const { rows } = await sql<{ name: string }>`
    select c.relname as name
    from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where n.nspname = ${database.schema} and c.relkind in ('r', 'p') and c.relname not like '%\\_migrations'
      and not (c.relrowsecurity and c.relforcerowsecurity)
    order by c.relname`.execute(database.owner)
  if (rows.length > 0) {
    throw broken(`row-level security is not enabled and forced on ${rows.map((row) => row.name).join(', ')}`)
  }
}

async function probe<Tables>(database: Database<Tables>): Promise<void> {
  const table = sql.table(`${database.schema}.canary`)
  await database.withTenant('tenon.canary.a', async (tx) => {
    const setTenant = (tenant: string) => sql`select set_config('tenon.tenant', ${tenant}, true)`.execute(tx)
    const countRows = async () => (await sql`select probe from ${table}`.execute(tx)).rows.length
    await sql`insert into ${table} (tenant_id, probe) values ('tenon.canary.a', 'a')`.execute(tx)
    if ((await countRows()) !== 1) throw broken('a tenant does not see its own row')
    await setTenant('tenon.canary.b')
    if ((await countRows()) !== 0) throw broken('a tenant sees the row of another')
    await setTenant('')
    if ((await countRows()) !== 0) throw broken('rows are seen without a tenant')
    await setTenant('*')
    if ((await countRows()) !== 0) throw broken('the system sees rows of tenants outside the dispatch tables')
    await sql`savepoint foreign_write`.execute(tx)
    const wasRefused = await sql`insert into ${table} (tenant_id, probe) values ('tenon.canary.a', 'b')`
      .execute(tx)
      .then(
        () => false,
        () => true,
      )
    if (!wasRefused) throw broken('a row can be written for another tenant')
    await sql`rollback to savepoint foreign_write`.execute(tx)
    await setTenant('tenon.canary.a')
    await sql`delete from ${table}`.execute(tx)
  })
}

function broken(reason: string): TenonError {
  return new TenonError('DB_RLS_BROKEN', `Tenants are not isolated: ${reason}`, { details: { reason } })
}
