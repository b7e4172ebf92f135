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

test('a database is a copy of the template that is named, and empty without one', async () => {
  server = await startTestPostgres()
  const template = await server.createDatabase()
  const tablesOf = async (connectionString: string) => {
    const client = new pg.Client({ connectionString })
    await client.connect()
    const { rows } = await client.query("select relname from pg_class where relname = 'notes'")
    await client.end()
    return rows.length
  }
  const client = new pg.Client({ connectionString: template })
  await client.connect()
  await client.query('create table notes (text text)')
  await client.end()
  expect(await tablesOf(await server.createDatabase(template))).toBe(1)
  expect(await tablesOf(await server.createDatabase())).toBe(0)
})

test('a durable one does, as in production', async () => {
  server = await startTestPostgres({ isDurable: true })
  expect(await settingsOf(server)).toEqual(['on', 'on', 'on'])
})

test('one that keeps commits has them after a crash, and counts deadlocks across it', async () => {
  server = await startTestPostgres({ keepsCommits: true })
  const connectionString = await server.createDatabase()
  const [first, second] = [new pg.Client({ connectionString }), new pg.Client({ connectionString })]
  for (const client of [first, second]) {
    client.on('error', () => undefined)
    await client.connect()
  }
  await first.query('create table rows (id int primary key, value int); insert into rows values (1, 0), (2, 0)')
  await first.query('begin; update rows set value = 1 where id = 1')
  await second.query('begin; update rows set value = 2 where id = 2')
  const both = [
    first.query('update rows set value = 1 where id = 2'),
    second.query('update rows set value = 2 where id = 1'),
  ]
  const ended = await Promise.allSettled(both)
  expect(ended.filter(({ status }) => status === 'rejected')).toHaveLength(1)
  await Promise.all([first.query('commit'), second.query('commit')])
  await server.crash()
  await server.restart()
  const third = new pg.Client({ connectionString })
  await third.connect()
  const { rows } = await third.query('select sum(value)::int as total from rows where value > 0')
  await third.end()
  expect([2, 4]).toContain(rows[0].total)
  expect(server.deadlocks()).toBe(1)
  await expect(server.stop()).rejects.toMatchObject({ code: 'INTERNAL' })
  server = undefined
})
