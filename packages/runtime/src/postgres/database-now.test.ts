import { PGlite } from '@electric-sql/pglite'
import { DummyDriver, Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler, sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { databaseNow, statementNow } from './database-now.ts'

let pglite: PGlite
const compiler = new Kysely<unknown>({
  dialect: {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  },
})

beforeAll(async () => {
  pglite = await PGlite.create()
  await pglite.exec(`create table due (at bigint not null); create index due_at on due (at);
    insert into due select 9000000000000 + n from generate_series(1, 5000) n; analyze due`)
})
afterAll(() => pglite.close())

async function planOf(now: typeof databaseNow): Promise<string> {
  const query = sql`explain (analyze, timing off) select at from due where at <= ${now} order by at limit 20`
  const { rows } = await pglite.query<{ 'QUERY PLAN': string }>(query.compile(compiler).sql)
  return rows.map((row) => row['QUERY PLAN']).join('\n')
}

test('an index is searched by the time of the statement, and read as a whole by the clock', async () => {
  expect(await planOf(statementNow)).toMatch(/Index Cond: \(at <= /)
  const byClock = await planOf(databaseNow)
  expect(byClock).not.toContain('Index Cond')
  expect(byClock).toContain('Rows Removed by Filter: 5000')
})

test('both are the time of the database in milliseconds', async () => {
  const query = sql<{ a: string; b: string }>`select ${databaseNow} as a, ${statementNow} as b`.compile(compiler)
  const { rows } = await pglite.query<{ a: number; b: number }>(query.sql)
  for (const time of [rows[0]?.a, rows[0]?.b]) expect(Math.abs(Number(time) - Date.now())).toBeLessThan(60_000)
})
