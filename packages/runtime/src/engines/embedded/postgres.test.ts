import pg from 'pg'
import { createDatabase } from '../../postgres/database.ts'
import { migrateRuntime } from '../../postgres/migrate-runtime.ts'
import type { RuntimeDatabase, RuntimeTables } from '../../postgres/tables.ts'
import { openEmbedded, testDeps } from '../../testing/embedded.ts'
import { inMemoryBus } from '../../testing/in-memory-bus.ts'
import { startTestPostgres, type TestPostgres } from '../../testing/postgres.ts'
import { testEngine } from '../../testing/test-engine.ts'
import { embeddedEngine } from './embedded-engine.ts'

/** One server for both suites; it stops with the last of them. */
let server: Promise<TestPostgres> | undefined
let suites = 2

async function openServer() {
  server ??= startTestPostgres()
  const url = await (await server).createDatabase()
  const open = (): RuntimeDatabase => createDatabase<RuntimeTables>({ pool: new pg.Pool({ connectionString: url }) })
  const database = open()
  await migrateRuntime(database)
  return {
    database,
    open,
    stop: async () => {
      suites -= 1
      if (suites === 0) await (await server)?.stop()
    },
  }
}

testEngine('embedded on Postgres', {
  create: async (registry) => {
    const { database, stop } = await openServer()
    const embedded = await openEmbedded(database, registry)
    return {
      ...embedded,
      close: async () => {
        await embedded.close()
        await database.close()
        await stop()
      },
    }
  },
})

/** As in production: a process that answers requests, and two that execute runs. */
testEngine('embedded on Postgres with two workers', {
  create: async (registry) => {
    const { database, open, stop } = await openServer()
    const bus = inMemoryBus()
    const deps = { ...testDeps(database, registry), bus }
    const engine = embeddedEngine()(deps)
    const databases = [open(), open()]
    const workers = await Promise.all(databases.map((each) => openEmbedded(each, registry, { concurrency: 8 }, bus)))
    return {
      ...{ engine, reader: deps.reader, bus, database },
      close: async () => {
        await engine.close()
        for (const worker of workers) await worker.close()
        for (const each of [...databases, database]) await each.close()
        await stop()
      },
    }
  },
})
