import { createDatabase } from '@tenon/runtime/postgres'
import { openTestPGlite } from '@tenon/runtime/testing'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { createMigrate } from './migrate.ts'
import type { ServerTables } from './server-tables.ts'

/** Tables whose rows no function and no foreign key looks up by their key. */
const NOT_LOOKED_UP = ['audit_log', 'idempotency_keys', 'outbox']

test('no index on the tenant could be used in place of the key by a cached plan', async () => {
  const pglite = await openTestPGlite()
  const database = createDatabase<ServerTables>({ pglite })
  await createMigrate(database, {})()
  const { rows } = await sql<{ relname: string }>`
    select t.relname from pg_class t join pg_namespace n on n.oid = t.relnamespace and n.nspname = 'tenon'
      join pg_index i on i.indrelid = t.oid and not i.indisunique and i.indpred is null
      join pg_attribute a on a.attrelid = t.oid and a.attnum = i.indkey[0] and a.attname = 'tenant_id'
    order by t.relname`.execute(database.owner)
  expect(rows.map(({ relname }) => relname)).toEqual(NOT_LOOKED_UP)
  await pglite.close()
})
