import { sql } from 'kysely'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type FaultProxy, openFaultProxy } from '../../test/chaos/fault-proxy.ts'
import { startTestPostgres, type TestPostgres } from '../testing/postgres.ts'
import { createDatabase } from './database.ts'
import { migrate } from './migrate.ts'
import { preparedStatement } from './prepared-statement.ts'
import type { Database } from './types.ts'

let server: TestPostgres
let pool: pg.Pool
let database: Database<Record<never, never>>

beforeAll(async () => {
  server = await startTestPostgres()
  pool = new pg.Pool({ connectionString: await server.createDatabase(), max: 1 })
  pool.on('error', () => undefined)
  database = createDatabase({ pool })
  await migrate(database, { table: 'test_migrations', migrations: [] })
})
afterAll(async () => {
  await database.close()
  await server.stop()
})

/** Ends the connection of the pool from outside. */
async function cut(): Promise<void> {
  const admin = new pg.Client({ connectionString: server.connectionString })
  await admin.connect()
  await admin.query('select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid()')
  await admin.end()
}

describe('pgLink', () => {
  test('reports a connection that was cut in a transaction as unavailable, and makes another', async () => {
    const cutInside = database.withTenant('acme', async (tx) => {
      await cut()
      await sql`select 1`.execute(tx)
    })
    await expect(cutInside).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: true })
    await expect(database.withTenant('acme', async () => 'works')).resolves.toBe('works')
  })

  test('survives a connection that is cut while nothing is asked of it', async () => {
    let ended: Promise<unknown> = Promise.resolve()
    pool.once('acquire', (client) => {
      ended = new Promise((resolve) => client.once('end', resolve))
    })
    const lateCommit = database.withTenant('acme', async () => {
      await cut()
      await ended
    })
    await expect(lateCommit).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    await expect(
      database.call(
        preparedStatement(() => 'select 1 as one', []),
        [],
      ),
    ).resolves.toEqual([{ one: 1 }])
  })

  test('takes a statement that cannot be written out for no lost connection, and works on', async () => {
    const unwritable = {
      toPostgres: () => {
        throw new RangeError('Invalid string length')
      },
    }
    const statement = preparedStatement(() => 'select $1::text as one', [['one', 'text']])
    await expect(database.call(statement, [unwritable])).rejects.toThrow(RangeError)
    await expect(database.call(statement, ['1'])).resolves.toEqual([{ one: '1' }])
  })

  test('leaves errors of the statement itself as they are', async () => {
    await expect(
      database.call(
        preparedStatement(() => 'select 1 / 0', []),
        [],
      ),
    ).rejects.toMatchObject({ code: '22012' })
    await expect(
      database.call(
        preparedStatement(() => 'select from where', []),
        [],
      ),
    ).rejects.toMatchObject({ code: '42601' })
  })
})

describe('pgLink on connections that lose prepared statements, as behind a pooler', () => {
  const statement = preparedStatement(() => 'select $1::text as one', [['one', 'text']])
  const named = async (): Promise<number> =>
    (await pool.query(`select name from pg_prepared_statements where name like 'tenon_%'`)).rows.length

  test('says what to set when a statement is gone, and works without names', async () => {
    expect(await database.call(statement, ['a'])).toEqual([{ one: 'a' }])
    expect(await named()).toBeGreaterThan(0)
    await pool.query('deallocate all')
    await expect(database.call(statement, ['b'])).rejects.toMatchObject({
      code: 'DB_PREPARED_STATEMENTS',
      retryable: false,
      remedy: expect.stringContaining('preparedStatements: false'),
      details: { sqlState: '26000' },
    })
    const unnamed = createDatabase({ pool }, { preparedStatements: false })
    expect(await unnamed.call(statement, ['c'])).toEqual([{ one: 'c' }])
    await pool.query('deallocate all')
    expect(await unnamed.call(statement, ['d'])).toEqual([{ one: 'd' }])
    expect(await named()).toBe(0)
  })
})

/** A connection that stays open and answers nothing: what a network leaves behind when a peer vanishes. */
describe('pgLink on a silent connection', () => {
  let proxy: FaultProxy
  let silentPool: pg.Pool
  let limited: Database<Record<never, never>>

  const open = async (max: number): Promise<void> => {
    proxy = await openFaultProxy(await server.createDatabase(), () => 1)
    silentPool = new pg.Pool({ connectionString: proxy.url, max })
    silentPool.on('error', () => undefined)
    limited = createDatabase({ pool: silentPool }, { statementTimeoutMs: 300, appendTimeoutMs: 200 })
    await migrate(limited, { table: 'test_migrations', migrations: [] })
  }
  afterEach(async () => {
    await limited.close()
    await proxy.close()
  })

  test.each([
    ['a transaction', () => limited.withTenant('acme', async () => 'answered'), 300],
    ['the dispatch tables', () => limited.withSystem(async () => 'answered'), 300],
    [
      'an append',
      () =>
        limited.call(
          preparedStatement(() => 'select 1', []),
          [],
        ),
      200,
    ],
  ])('%s fails within its limit, and the connection is destroyed', async (_, ask, limitMs) => {
    await open(1)
    await limited.role()
    proxy.silence(1)
    const silenced = ask()
    await expect(silenced).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: `The database does not respond (waited ${limitMs} ms)`,
    })
    expect([proxy.counts.silent, silentPool.totalCount]).toEqual([1, 0])
    await expect(limited.withTenant('acme', async () => 'answered')).resolves.toBe('answered')
  })

  test('a call that waits for a connection of a full pool fails within its limit, and leaks none', async () => {
    await open(1)
    const held = await silentPool.connect()
    await expect(limited.withTenant('acme', async () => 'answered')).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: 'The database has no free connection (waited 300 ms)',
    })
    held.release()
    await expect(limited.withTenant('acme', async () => 'answered')).resolves.toBe('answered')
    expect(silentPool.idleCount).toBe(1)
  })

  test('a migration has no limit', async () => {
    await open(2)
    await expect(sql`select pg_sleep(0.5)`.execute(limited.owner)).resolves.toBeDefined()
  })
})
