import { sql } from 'kysely'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { createDatabase } from '../postgres/database.ts'
import { migrateRuntime, weekOf } from '../postgres/migrate-runtime.ts'
import type { RuntimeDatabase, RuntimeTables } from '../postgres/tables.ts'
import { appendOfNewRun } from '../testing/append-of-new-run.ts'
import { openTestPGlite } from '../testing/pglite.ts'
import { startTestPostgres, type TestPostgres } from '../testing/postgres.ts'
import { createAppender } from './appender.ts'
import { createPartitionKeeper, makeLogPartitions } from './log-partitions.ts'
import { postgresRunReader } from './run-reader.ts'

const YEAR_MS = 365 * 24 * 3_600_000

describe.each(['PGlite', 'Postgres'])('partitions of the run log on %s', (kind) => {
  let server: TestPostgres | null = null

  beforeAll(async () => {
    if (kind === 'Postgres') server = await startTestPostgres()
  })
  afterAll(() => server?.stop())

  /** A database that was migrated a year ago, and never since. */
  const openOld = async (): Promise<RuntimeDatabase> => {
    const source =
      server === null
        ? { pglite: await openTestPGlite() }
        : { pool: new pg.Pool({ connectionString: await server.createDatabase(), max: 4 }) }
    const database = createDatabase<RuntimeTables>(source)
    await migrateRuntime(database, { now: () => Date.now() - YEAR_MS })
    return database
  }
  const weeksOf = async ({ owner }: RuntimeDatabase) => {
    const { rows } = await sql<{ name: string }>`
      select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
      where c.relname ~ '_w[0-9]+$' and c.relrowsecurity and c.relforcerowsecurity and i.inhparent::regclass::text ~ 'run_'
    `.execute(owner)
    return rows.map(({ name }) => Number(name.replace(/^.*_w/, ''))).sort((a, b) => a - b)
  }

  test('are made by a worker eight weeks ahead, with row-level security, on a database that was migrated long ago', async () => {
    const database = await openOld()
    const week = weekOf(Date.now())
    expect(await weeksOf(database)).not.toContain(week)
    expect(await makeLogPartitions(database)).toBe(9)
    expect((await weeksOf(database)).slice(-9)).toEqual(Array.from({ length: 9 }, (_, index) => week + index))
    expect(await makeLogPartitions(database)).toBe(0)
    // The next migration finds them.
    await migrateRuntime(database)
    await database.close()
  })

  test('leave out a week whose events lie in the default partition already', async () => {
    const database = await openOld()
    const week = weekOf(Date.now())
    const append = appendOfNewRun({ tenantId: 't', runId: 'r', at: 1, startWeek: week, operations: [] })
    await createAppender(database).append(append)
    expect(await makeLogPartitions(database)).toBe(8)
    expect(await weeksOf(database)).not.toContain(week)
    expect(await makeLogPartitions(database)).toBe(0)
    expect(await postgresRunReader(database).readEvents('t', 'r', 0)).toHaveLength(1)
    await database.close()
  })

  test('are made once by workers that start together', async () => {
    const database = await openOld()
    const made = await Promise.all([1, 2, 3].map(() => makeLogPartitions(database)))
    expect(made.reduce((sum, count) => sum + count, 0)).toBe(9)
    await database.close()
  })
})

describe('createPartitionKeeper', () => {
  test('makes partitions at once, tries again after a failure, and stops', async () => {
    vi.useFakeTimers()
    try {
      let isAway = true
      let calls = 0
      const database = {
        schema: 'tenon',
        withSystem: async () => {
          calls += 1
          if (isAway) throw new RangeError('away')
          return { rows: [{ made: 3 }] }
        },
      }
      const lines: string[] = []
      const keeper = createPartitionKeeper(database as unknown as RuntimeDatabase, (_, message) => lines.push(message))
      keeper.start()
      keeper.start()
      await vi.advanceTimersByTimeAsync(0)
      expect(lines).toEqual(['partitions.make_failed: retrying'])
      isAway = false
      await vi.advanceTimersByTimeAsync(10 * 60_000)
      expect(lines.at(-1)).toBe('partitions.made')
      await vi.advanceTimersByTimeAsync(6 * 3_600_000)
      expect(calls).toBe(3)
      await keeper.stop()
      await vi.advanceTimersByTimeAsync(24 * 3_600_000)
      expect(calls).toBe(3)
    } finally {
      vi.useRealTimers()
    }
  })
})
