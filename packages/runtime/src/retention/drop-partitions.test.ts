import { sql } from 'kysely'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createDatabase } from '../postgres/database.ts'
import { migrateRuntime, weekOf } from '../postgres/migrate-runtime.ts'
import type { RuntimeDatabase, RuntimeTables } from '../postgres/tables.ts'
import { openTestDatabase, type TestDatabase } from '../testing/databases.ts'
import { startTestPostgres } from '../testing/postgres.ts'
import { dropLogPartitions, dropPartitions } from './drop-partitions.ts'

const WEEK = weekOf(Date.now())

/** Opens a Postgres whose tables belong to a login that is no superuser, as most hosts have it: RLS applies to it. */
async function openPlainOwner(): Promise<TestDatabase> {
  const server = await startTestPostgres()
  const url = new URL(await server.createDatabase())
  const admin = new pg.Client({ connectionString: url.href })
  await admin.connect()
  await admin.query(`create role plain login; alter database ${url.pathname.slice(1)} owner to plain`)
  await admin.end()
  url.username = 'plain'
  const database = createDatabase<RuntimeTables>({ pool: new pg.Pool({ connectionString: url.href, max: 5 }) })
  await migrateRuntime(database)
  return {
    database,
    close: async () => {
      await database.close()
      await server.stop()
    },
  }
}

const addPartition = async ({ owner }: RuntimeDatabase, week: number) => {
  const table = sql.id('tenon', `run_log_w${week}`)
  const bounds = sql`for values from (${sql.lit(week)}) to (${sql.lit(week + 1)})`
  await sql`create table ${table} partition of tenon.run_log ${bounds}`.execute(owner)
  await sql`alter table ${table} enable row level security`.execute(owner)
  await sql`alter table ${table} force row level security`.execute(owner)
  return table
}

const addLog = (database: RuntimeDatabase, week: number, rows: number) =>
  database.withTenant('t', (tx) =>
    sql`insert into tenon.run_log (tenant_id, run_id, seq, start_week, last_seq, turn, events)
      select 't', 'r', i, ${week}::int, i, 1, repeat('x', 1500) from generate_series(1, ${sql.lit(rows)}) as i`.execute(
      tx,
    ),
  )

describe.each(
  Object.entries({ PGlite: () => openTestDatabase('PGlite'), 'Postgres with a plain owner': openPlainOwner }),
)('dropLogPartitions on %s', (_, open) => {
  let opened: TestDatabase

  beforeAll(async () => {
    opened = await open()
  })
  afterAll(() => opened.close())

  test('drops partitions of past weeks without logs, and no others', async () => {
    const { database } = opened
    const weeks = [WEEK - 6, WEEK - 5, WEEK - 4, WEEK - 3, WEEK - 1]
    for (const week of weeks) await addPartition(database, week)
    await addLog(database, WEEK - 5, 1)
    // Large, and all its logs were deleted.
    await addLog(database, WEEK - 4, 1_000)
    await database.withTenant('t', (tx) =>
      tx
        .deleteFrom('run_log')
        .where('start_week', '=', WEEK - 4)
        .execute(),
    )
    expect(await dropLogPartitions(database)).toBe(2)
    const left = async () => {
      const { rows } = await sql<{ name: string; forced: boolean }>`
          select relname as name, relforcerowsecurity as forced from pg_class
          where relname = any (${weeks.map((each) => `run_log_w${each}`)}) order by relname`.execute(database.owner)
      return rows
    }
    const kept = [WEEK - 5, WEEK - 4, WEEK - 1].map((each) => ({ name: `run_log_w${each}`, forced: true }))
    expect(await left()).toEqual(kept)
    expect(await dropLogPartitions(database)).toBe(0)
    // Reading all dead pages under an exclusive lock would hold up the readers of every run.
    await sql`vacuum ${sql.id('tenon', `run_log_w${WEEK - 4}`)}`.execute(database.owner)
    expect(await dropLogPartitions(database)).toBe(1)
    expect(await left()).toEqual(kept.filter(({ name }) => name !== `run_log_w${WEEK - 4}`))
  })

  test('is done by one process in six hours', async () => {
    const { database } = opened
    await addPartition(database, WEEK - 7)
    await addPartition(database, WEEK - 8)
    const lines: unknown[] = []
    const drop = () => dropPartitions(database, (level, message, fields) => lines.push([level, message, fields]))
    await Promise.all([drop(), drop()])
    expect(lines).toEqual([['info', 'partitions.dropped', { count: 2 }]])
    await addPartition(database, WEEK - 7)
    await drop()
    expect(lines).toHaveLength(1)
    expect(await dropLogPartitions(database)).toBe(1)
  })
})

describe('drop_log_partitions', () => {
  test('refuses an isolation level in which it would not see the last logs', async () => {
    const opened = await openTestDatabase('PGlite')
    // As a host may have set it for its database.
    await sql`set default_transaction_isolation = 'repeatable read'`.execute(opened.database.owner)
    await expect(dropLogPartitions(opened.database)).rejects.toThrow('read committed')
    await opened.close()
  })
})
