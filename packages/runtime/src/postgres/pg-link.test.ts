import { sql } from 'kysely'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestPostgres, type TestPostgres } from '../testing/postgres.ts'
import { createDatabase } from './create-database.ts'
import { migrate } from './migrate.ts'
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
  test('tells a connection that was cut in a transaction as unavailable, and makes another', async () => {
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
    await expect(database.call('select 1 as one', [])).resolves.toEqual([{ one: 1 }])
  })

  test('leaves errors of the statement itself as they are', async () => {
    await expect(database.call('select 1 / 0', [])).rejects.toMatchObject({ code: '22012' })
    await expect(database.call('select from where', [])).rejects.toMatchObject({ code: '42601' })
  })
})
