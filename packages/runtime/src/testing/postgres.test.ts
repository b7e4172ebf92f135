import pg from 'pg'
import { afterEach, expect, test } from 'vitest'
import { startTestPostgres, type TestPostgres } from './postgres.ts'

let server: TestPostgres | undefined

afterEach(() => server?.stop())

async function settingsOf({ connectionString }: TestPostgres): Promise<readonly string[]> {
  const client = new pg.Client({ connectionString })
  await client.connect()
  const names = ['fsync', 'synchronous_commit', 'full_page_writes']
  const { rows } = await client.query('select setting from pg_settings where name = any ($1) order by name', [names])
  await client.end()
  return rows.map((row: { readonly setting: string }) => row.setting)
}

test('a Postgres for tests does not wait for the disk', async () => {
  server = await startTestPostgres()
  expect(await settingsOf(server)).toEqual(['off', 'off', 'off'])
})

test('a durable one does, as in production', async () => {
  server = await startTestPostgres({ isDurable: true })
  expect(await settingsOf(server)).toEqual(['on', 'on', 'on'])
})
