import pg from 'pg'
import { createDatabase } from '../../postgres/database.ts'
import { migrateRuntime } from '../../postgres/migrate-runtime.ts'
import type { RuntimeDatabase, RuntimeTables } from '../../postgres/tables.ts'
import { openEmbedded, testDeps } from '../../testing/embedded.ts'
import { inMemoryBus } from '../../testing/in-memory-bus.ts'
import { startTestPostgres } from '../../testing/postgres.ts'
import { testEngine } from '../../testing/test-engine.ts'
import { embeddedEngine } from './embedded-engine.ts'

/**
 * As in production: a process that answers requests, and two that execute runs. One process that does both runs the
 * same suites on PGlite.
 */
testEngine('embedded on Postgres with two workers', {
  create: async (registry) => {
    const server = await startTestPostgres()
    const url = await server.createDatabase()
    const open = (): RuntimeDatabase => createDatabase<RuntimeTables>({ pool: new pg.Pool({ connectionString: url }) })
    const database = open()
    await migrateRuntime(database)
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
        await server.stop()
      },
    }
  },
})
