import { sql } from 'kysely'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openTestPGlite } from '../testing/pglite.ts'
import { startTestPostgres, type TestPostgres } from '../testing/postgres.ts'
import { createDatabase, type DatabaseSource } from './database.ts'
import { migrate } from './migrate.ts'
import { preparedStatement } from './prepared-statement.ts'
import { tenantTable } from './table-statements.ts'
import type { Database } from './types.ts'

interface Tables {
  readonly letters: { readonly tenant_id: string; readonly no: number; readonly body: string | null }
  readonly alarms: { readonly tenant_id: string; readonly no: number }
}

const migrations = [
  {
    name: '0001-letters',
    up: ({ schema }: { schema: string }) => [
      ...tenantTable({ schema, name: 'letters', columns: 'no bigint not null, body text', key: ['no'] }),
      ...tenantTable({ schema, name: 'alarms', columns: 'no int not null', key: ['no'], isDispatch: true }),
    ],
  },
]

let server: TestPostgres

beforeAll(async () => {
  server = await startTestPostgres()
})
afterAll(async () => {
  await server.stop()
})

const sources: Record<string, () => Promise<DatabaseSource>> = {
  PGlite: async () => ({ pglite: await openTestPGlite() }),
  'Postgres, superuser': async () => ({
    pool: new pg.Pool({ connectionString: await server.createDatabase(), max: 5 }),
  }),
  'Postgres, one connection': async () => ({
    pool: new pg.Pool({ connectionString: await server.createDatabase(), max: 1 }),
  }),
  'Postgres, plain login that owns its database': async () => {
    const url = new URL(await server.createDatabase())
    const admin = new pg.Client({ connectionString: url.href })
    await admin.connect()
    const login = `login_${url.pathname.slice(1)}`
    await admin.query(`create role ${login} login; alter database ${url.pathname.slice(1)} owner to ${login}`)
    await admin.end()
    url.username = login
    return { pool: new pg.Pool({ connectionString: url.href, max: 5 }) }
  },
}

describe.each(Object.entries(sources))('createDatabase over %s', (name, open) => {
  let database: Database<Tables>

  beforeAll(async () => {
    database = createDatabase<Tables>(await open())
    await migrate(database, { table: 'test_migrations', migrations })
  })
  afterAll(async () => {
    await database.close()
  })

  test('shows a tenant its own rows only', async () => {
    await database.withTenant('acme', (tx) =>
      tx.insertInto('letters').values({ tenant_id: 'acme', no: 1, body: 'for acme' }).execute(),
    )
    const ofAcme = await database.withTenant('acme', (tx) => tx.selectFrom('letters').selectAll().execute())
    const ofGlobex = await database.withTenant('globex', (tx) => tx.selectFrom('letters').selectAll().execute())
    expect(ofAcme).toEqual([{ tenant_id: 'acme', no: 1, body: 'for acme' }])
    expect(ofGlobex).toEqual([])
  })

  test('refuses to write or change a row of another tenant', async () => {
    const write = database.withTenant('globex', (tx) =>
      tx.insertInto('letters').values({ tenant_id: 'acme', no: 7, body: 'planted' }).execute(),
    )
    await expect(write).rejects.toThrow(/row-level security/)
    const changed = await database.withTenant('globex', (tx) =>
      tx.updateTable('letters').set({ body: 'changed' }).where('tenant_id', '=', 'acme').executeTakeFirst(),
    )
    expect(changed.numUpdatedRows).toBe(0n)
  })

  test('shows the system the dispatch tables of every tenant, and no other', async () => {
    for (const tenant of ['acme', 'globex']) {
      await database.withTenant(tenant, (tx) => tx.insertInto('alarms').values({ tenant_id: tenant, no: 1 }).execute())
    }
    const seen = await database.withSystem(async (tx) => ({
      alarms: await tx.selectFrom('alarms').select('tenant_id').orderBy('tenant_id').execute(),
      letters: await tx.selectFrom('letters').select('tenant_id').execute(),
    }))
    expect(seen).toEqual({ alarms: [{ tenant_id: 'acme' }, { tenant_id: 'globex' }], letters: [] })
  })

  test('rolls back what a throwing work has written', async () => {
    const failing = database.withTenant('acme', async (tx) => {
      await tx.insertInto('letters').values({ tenant_id: 'acme', no: 99, body: 'never' }).execute()
      throw new RangeError('stop')
    })
    await expect(failing).rejects.toThrow('stop')
    const rows = await database.withTenant('acme', (tx) =>
      tx.selectFrom('letters').select('no').where('no', '=', 99).execute(),
    )
    expect(rows).toEqual([])
  })

  test('gives the connection back clean after an SQL error', async () => {
    await expect(database.withTenant('acme', (tx) => sql`select 1 / 0`.execute(tx))).rejects.toThrow(/division/)
    const { rows } = await database.withTenant('acme', (tx) =>
      sql<{ tenant: string }>`select current_setting('tenon.tenant') as tenant`.execute(tx),
    )
    expect(rows).toEqual([{ tenant: 'acme' }])
  })

  test('forgets tenant and role at the end of the transaction', async () => {
    await database.withTenant('acme', async () => undefined)
    const [row] = await database.call<{ tenant: string | null; same: boolean }>(
      preparedStatement(
        () => `select nullif(current_setting('tenon.tenant', true), '') as tenant, current_user = session_user as same`,
        [],
      ),
      [],
    )
    expect(row).toEqual({ tenant: null, same: true })
  })

  test('refuses a transaction inside another where both would wait for one connection', async () => {
    const nested = database.withTenant('acme', () => database.withTenant('acme', async () => 1))
    if (name !== 'PGlite' && name !== 'Postgres, one connection') expect(await nested).toBe(1)
    else await expect(nested).rejects.toMatchObject({ code: 'DB_TRANSACTION_NESTED' })
  })

  test('lets what was begun in a transaction open another after its end', async () => {
    let open = (): void => undefined
    const isOver = new Promise<void>((resolve) => {
      open = resolve
    })
    let later: Promise<number> | undefined
    await database.withTenant('acme', async () => {
      later = isOver.then(() => database.withTenant('acme', async () => 2))
    })
    open()
    await expect(later).resolves.toBe(2)
  })

  test('runs twenty transactions that are asked for at once', async () => {
    const numbers = Array.from({ length: 20 }, (_, index) => 1_000 + index)
    await Promise.all(
      numbers.map((no) =>
        database.withTenant('acme', (tx) =>
          tx.insertInto('letters').values({ tenant_id: 'acme', no, body: null }).execute(),
        ),
      ),
    )
    const rows = await database.withTenant('acme', (tx) =>
      tx.selectFrom('letters').select('no').where('no', '>=', 1_000).orderBy('no').execute(),
    )
    expect(rows.map((row) => row.no)).toEqual(numbers)
  })

  test.each(['*', '', "a'; drop schema tenon; --", 'a b', 'x'.repeat(129)])(
    'takes no %j for a tenant',
    async (tenant) => {
      await expect(database.withTenant(tenant, async () => 1)).rejects.toMatchObject({ code: 'TENANT_INVALID' })
    },
  )

  const echo = preparedStatement(
    () => `select $1::text[] as texts, $2::integer[] as small, $3::bigint[] as large, $4::bytea[] as bytes,
      $5::text[] as none, $6::text[] as missing, $7::bigint as one, $8::bytea as raw`,
    [
      ['texts', 'text[]'],
      ['small', 'integer[]'],
      ['large', 'bigint[]'],
      ['bytes', 'bytea[]'],
      ['none', 'text[]'],
      ['missing', 'text[]'],
      ['one', 'bigint'],
      ['raw', 'bytea'],
    ],
  )

  test('binds lists of every type, nulls and texts with every kind of character', async () => {
    const texts = ['a"b', 'c\\d\n,{}', null, 'NULL', 'é😀', '', ' x ']
    const small = [0, -1, 2_147_483_647, null, -2_147_483_648]
    const large = [0, -1, 2 ** 40 + 7, Number.MAX_SAFE_INTEGER, null, Number.MIN_SAFE_INTEGER, -(2 ** 32)]
    const bytes = [Buffer.from([0, 255, 92, 34]), null, Buffer.alloc(0)]
    for (let round = 0; round < 2; round += 1) {
      const values = [texts, small, large, bytes, [], null, 2 ** 40, Buffer.from([1, 0])]
      const [row = {}] = await database.call<Record<string, unknown>>(echo, values)
      expect(row).toMatchObject({ texts, small, none: [], missing: null, one: 2 ** 40 })
      const numbers = (row['large'] as unknown[]).map((each) => (each === null ? null : Number(each)))
      expect(numbers).toEqual(large)
      const read = (row['bytes'] as (Uint8Array | null)[]).map((each) => each && Buffer.from(each))
      expect(read).toEqual(bytes)
      expect(Buffer.from(row['raw'] as Uint8Array)).toEqual(Buffer.from([1, 0]))
    }
  })

  test('takes the app role on only where the login bypasses RLS', async () => {
    expect(await database.role()).toBe(name.includes('plain login') ? null : 'tenon_app')
  })
})

describe('findRole', () => {
  test('asks for the role with the SQL that makes it', async () => {
    const pool = new pg.Pool({ connectionString: await server.createDatabase() })
    const database = createDatabase<Tables>({ pool }, { appRole: 'role_that_nobody_made' })
    await pool.query('create schema tenon; create table tenon.runs (x int)')
    await expect(database.withTenant('acme', async () => 1)).rejects.toMatchObject({
      code: 'DB_ROLE_REQUIRED',
      details: { sql: expect.stringContaining('create role "role_that_nobody_made" nologin nosuperuser nobypassrls') },
    })
    await database.close()
  })

  test('does not take on a role that RLS does not bind either', async () => {
    const pool = new pg.Pool({ connectionString: await server.createDatabase() })
    await pool.query('create role too_mighty nologin bypassrls')
    const database = createDatabase<Tables>({ pool }, { appRole: 'too_mighty' })
    await expect(database.withTenant('acme', async () => 1)).rejects.toMatchObject({ code: 'DB_ROLE_REQUIRED' })
    await database.close()
  })
})

describe('createDatabase without a server', () => {
  test('says that the database cannot be reached', async () => {
    const database = createDatabase<Tables>({ pool: new pg.Pool({ host: '127.0.0.1', port: 1 }) })
    await expect(database.withTenant('acme', async () => 1)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      retryable: true,
    })
    await database.close()
  })
})
