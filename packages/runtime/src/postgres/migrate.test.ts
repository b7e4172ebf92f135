import { sql } from 'kysely'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestPostgres, type TestPostgres } from '../testing/postgres.ts'
import { canary } from './canary.ts'
import { createDatabase } from './database.ts'
import { type Migration, migrate, printMigration } from './migrate.ts'
import { migrateRuntime, printRuntimeMigration, weekOf } from './migrate-runtime.ts'
import { engineChanges } from './migrations/0016-engine-changes.ts'
import { preparedStatement } from './prepared-statement.ts'
import { backfill, tenantTable } from './table-statements.ts'
import type { RuntimeTables } from './tables.ts'

let server: TestPostgres

beforeAll(async () => {
  server = await startTestPostgres()
})
afterAll(() => server.stop())

async function open(options: { readonly schema?: string; readonly login?: string } = {}) {
  const url = new URL(await server.createDatabase())
  const pool = new pg.Pool({ connectionString: url.href, max: 4 })
  const database = createDatabase<RuntimeTables>({ pool }, options)
  return { url, pool, database }
}

const notes: Migration = {
  name: '0001-notes',
  up: ({ schema }) => tenantTable({ schema, name: 'notes', columns: 'no int not null, body text', key: ['no'] }),
}
const titles: Migration = {
  name: '0002-titles',
  up: ({ schema }) => [
    `alter table "${schema}".notes add column title text`,
    ...backfill(schema, 'notes', [`update "${schema}".notes set title = upper(body)`]),
  ],
}

describe('migrate', () => {
  test('runs what is pending, once, in order', async () => {
    const { database } = await open()
    expect(await migrate(database, { table: 'a_migrations', migrations: [notes] })).toEqual(['0001-notes'])
    expect(await migrate(database, { table: 'a_migrations', migrations: [notes, titles] })).toEqual(['0002-titles'])
    expect(await migrate(database, { table: 'a_migrations', migrations: [notes, titles] })).toEqual([])
    await database.close()
  })

  test('lets two packages keep their own history in one schema', async () => {
    const { database } = await open()
    const other = { ...notes, name: '0001-other', up: () => ['create view tenon.one as select 1 as one'] }
    await migrate(database, { table: 'a_migrations', migrations: [notes] })
    expect(await migrate(database, { table: 'b_migrations', migrations: [other] })).toEqual(['0001-other'])
    await database.close()
  })

  test('may be called by several processes at the same moment', async () => {
    const { url, database } = await open()
    const others = [1, 2, 3].map(() =>
      createDatabase<RuntimeTables>({ pool: new pg.Pool({ connectionString: url.href }) }),
    )
    const ran = await Promise.all([database, ...others].map((each) => migrateRuntime(each)))
    expect(ran.filter((names) => names.length > 0)).toHaveLength(1)
    for (const each of [database, ...others]) await each.close()
  })

  test('changes nothing at all when one statement is refused', async () => {
    const { database, pool } = await open()
    const broken: Migration = { name: '0002-broken', up: () => ['create table tenon.half (x int)', 'select nonsense'] }
    const failing = migrate(database, { table: 'a_migrations', migrations: [notes, broken] })
    await expect(failing).rejects.toMatchObject({
      code: 'DB_MIGRATION_FAILED',
      message: expect.stringContaining('nonsense'),
    })
    expect((await pool.query(`select to_regclass('tenon.notes') as found`)).rows).toEqual([{ found: null }])
    await database.close()
  })

  test('has a worker look for the rests of deleted runs that an earlier version has left', async () => {
    const { database, pool } = await open()
    await migrateRuntime(database)
    // As before the migration.
    await pool.query(`alter table tenon.retention_sweeps drop column rests_at;
      delete from tenon.runtime_migrations where name = '${engineChanges.name}';
      insert into tenon.retention_sweeps (tenant_id, due_at) values ('rest', 1), ('none', 1);
      insert into tenon.run_erasures (tenant_id, root_run_id, run_id, start_week) values ('rest', 'r', 'r', 1)`)
    expect(await migrateRuntime(database)).toEqual([engineChanges.name])
    const { rows } = await pool.query('select tenant_id, rests_at from tenon.retention_sweeps order by tenant_id')
    expect(rows).toEqual([
      { tenant_id: 'none', rests_at: null },
      { tenant_id: 'rest', rests_at: '0' },
    ])
    await database.close()
  })

  test('refuses a database that a newer version has migrated', async () => {
    const { database } = await open()
    await migrate(database, { table: 'a_migrations', migrations: [notes, titles] })
    await expect(migrate(database, { table: 'a_migrations', migrations: [notes] })).rejects.toMatchObject({
      code: 'DB_MIGRATION_FAILED',
      details: { unknown: ['0002-titles'] },
    })
    await database.close()
  })

  test('refuses a database from before the first release, and says what to do', async () => {
    const { database } = await open()
    const old = { ...notes, name: '0001-run-log' }
    await migrate(database, { table: 'runtime_migrations', migrations: [old] })
    const refused = {
      code: 'DB_MIGRATION_FAILED',
      message: expect.stringContaining('before the first release'),
      remedy: expect.stringContaining('drop "tenon"'),
      details: { table: 'runtime_migrations', retired: ['0001-run-log'] },
    }
    await expect(migrateRuntime(database)).rejects.toMatchObject(refused)
    await expect(printRuntimeMigration(database)).rejects.toMatchObject(refused)
    await database.close()
  })

  test('fills rows of every tenant in a backfill although RLS is forced on the owner', async () => {
    const { pool, url } = await open()
    const login = `owner_${url.pathname.slice(1)}`
    await pool.query(`create role ${login} login; alter database ${url.pathname.slice(1)} owner to ${login}`)
    await pool.end()
    url.username = login
    const owned = createDatabase<RuntimeTables>({ pool: new pg.Pool({ connectionString: url.href }) })
    await migrate(owned, { table: 'a_migrations', migrations: [notes] })
    for (const tenant of ['acme', 'globex']) {
      await owned.withTenant(tenant, (tx) =>
        sql`insert into tenon.notes (tenant_id, no, body) values (${tenant}, 1, ${tenant})`.execute(tx),
      )
    }
    await migrate(owned, { table: 'a_migrations', migrations: [notes, titles] })
    const read = (tenant: string) =>
      owned.withTenant(tenant, (tx) => sql<{ title: string }>`select title from tenon.notes`.execute(tx))
    expect((await read('acme')).rows).toEqual([{ title: 'ACME' }])
    expect((await read('globex')).rows).toEqual([{ title: 'GLOBEX' }])
    await owned.close()
  })

  test('names the SQL that makes the role when it may not make it itself', async () => {
    const { pool, url } = await open()
    const login = `weak_${url.pathname.slice(1)}`
    await pool.query(`create role ${login} login bypassrls; alter database ${url.pathname.slice(1)} owner to ${login}`)
    url.username = login
    const weak = createDatabase<RuntimeTables>({ pool: new pg.Pool({ connectionString: url.href }) })
    const appRole = `app_${url.pathname.slice(1)}`
    const failing = migrateRuntime(weak, { appRole })
    await expect(failing).rejects.toMatchObject({ code: 'DB_ROLE_REQUIRED' })
    const { sql: statements } = await failing.catch((error) => error.details)
    await pool.query(statements)
    // Also where the role exists, with rights that it must not have.
    await pool.query(`alter role ${appRole} bypassrls`)
    await pool.query(statements)
    expect(await migrateRuntime(weak, { appRole })).not.toEqual([])
    for (const each of [weak]) await each.close()
    await pool.end()
  })

  test('works in a schema that an admin made for a login without rights of its own', async () => {
    const { pool, url } = await open()
    const login = `weak_${url.pathname.slice(1)}`
    await pool.query(`create role ${login} login; create schema tenon authorization ${login}`)
    url.username = login
    const weak = createDatabase<RuntimeTables>({ pool: new pg.Pool({ connectionString: url.href }) })
    expect(await migrateRuntime(weak)).not.toEqual([])
    expect(await migrateRuntime(weak)).toEqual([])
    await canary(weak)
    await weak.close()
    await pool.end()
  })

  test('names the SQL that makes the schema when the login may not make it', async () => {
    const { pool, url } = await open()
    const login = `weak_${url.pathname.slice(1)}`
    await pool.query(`create role ${login} login`)
    url.username = login
    const weak = createDatabase<RuntimeTables>({ pool: new pg.Pool({ connectionString: url.href }) })
    const failing = migrateRuntime(weak)
    await expect(failing).rejects.toMatchObject({
      code: 'DB_ROLE_REQUIRED',
      message: expect.stringContaining('schema'),
    })
    await pool.query((await failing.catch((error) => error.details)).sql)
    expect(await migrateRuntime(weak)).not.toEqual([])
    await weak.close()
    await pool.end()
  })

  test('prints the SQL that an admin can run instead of it', async () => {
    const { pool, url } = await open()
    const login = `weak_${url.pathname.slice(1)}`
    await pool.query(`create role ${login} login; create schema tenon authorization ${login}`)
    const asLogin = new URL(url)
    asLogin.username = login
    const weakPool = new pg.Pool({ connectionString: asLogin.href })
    const weak = createDatabase<RuntimeTables>({ pool: weakPool })
    const script = await printRuntimeMigration(weak)
    expect((await pool.query(`select from pg_tables where schemaname = 'tenon'`)).rowCount).toBe(0)
    await weakPool.query(script)
    expect(await migrateRuntime(weak)).toEqual([])
    expect(
      await printMigration(weak, { table: 'runtime_migrations', migrations: [] }).catch((error) => error.code),
    ).toBe('DB_MIGRATION_FAILED')
    await canary(weak)
    await weak.close()
    await pool.end()
  })

  test('lets a process of the version before go on after a migration that says so', async () => {
    const { database } = await open()
    const added: Migration = { name: '0002-added', isCompatible: true, up: () => ['create table tenon.added (x int)'] }
    await migrate(database, { table: 'a_migrations', migrations: [notes, added] })
    expect(await migrate(database, { table: 'a_migrations', migrations: [notes] })).toEqual([])
    await database.close()
  })

  test('reads a history from before migrations said whether they are compatible', async () => {
    const { database, pool } = await open()
    await pool.query(`create schema tenon; create table tenon.a_migrations (name text primary key,
      migrated_at timestamptz not null default now()); insert into tenon.a_migrations (name) values ('0001-notes')`)
    expect(await migrate(database, { table: 'a_migrations', migrations: [notes] })).toEqual([])
    await pool.query(`insert into tenon.a_migrations (name) values ('0009-newer')`)
    const failing = migrate(database, { table: 'a_migrations', migrations: [notes] })
    await expect(failing).rejects.toMatchObject({ code: 'DB_MIGRATION_FAILED', details: { unknown: ['0009-newer'] } })
    await database.close()
  })

  test('is asked for by every query on a database without tables', async () => {
    const { database } = await open()
    const missing = { code: 'DATABASE_NOT_MIGRATED', details: { schema: 'tenon' }, retryable: true }
    const read = database.withTenant('acme', (tx) => tx.selectFrom('runs').selectAll().execute())
    await expect(read).rejects.toMatchObject(missing)
    for (const text of ['select * from tenon.runs', 'select tenon.append_one_v1(1)']) {
      await expect(
        database.call(
          preparedStatement(() => text, []),
          [],
        ),
      ).rejects.toMatchObject(missing)
    }
    await database.close()
  })

  test('lives in a schema of any name, and needs no search_path', async () => {
    const { database, pool } = await open({ schema: 'acme automation' })
    await migrateRuntime(database)
    await database.withTenant('acme', (tx) => tx.selectFrom('runs').selectAll().execute())
    const { rows } = await pool.query(`select distinct schemaname from pg_tables where tablename like 'run%'`)
    expect(rows).toEqual([{ schemaname: 'acme automation' }])
    await database.close()
  })
})

describe('migrateRuntime', () => {
  test('makes the partitions of the coming weeks, and leaves weeks alone that lie in the default one', async () => {
    const { database, pool } = await open()
    const now = () => Date.UTC(2026, 0, 5)
    await migrateRuntime(database, { now })
    const week = weekOf(now())
    const partitions = async () => {
      const { rows } = await pool.query(
        `select relname from pg_class where relname like 'run_log_w%' and relkind = 'r'`,
      )
      return rows.map((row) => row.relname).sort()
    }
    const made = await partitions()
    expect(made).toContain(`run_log_w${week}`)
    expect(made).toHaveLength(9)
    await pool.query(`drop table tenon.run_log_w${week + 3}`)
    await pool.query(
      `insert into tenon.run_log (tenant_id, run_id, seq, start_week, last_seq, turn, events)
       values ('acme', 'r', 1, $1, 1, 0, '[]')`,
      [week + 3],
    )
    expect(await migrateRuntime(database, { now })).toEqual([])
    expect(await partitions()).toHaveLength(8)
    await database.close()
  })
})
