import pg from 'pg'
import { createDatabase } from '../postgres/database.ts'
import { migrateRuntime } from '../postgres/migrate-runtime.ts'
import type { RuntimeDatabase, RuntimeTables } from '../postgres/tables.ts'
import { openMigratedPGlite } from './pglite.ts'
import { startTestPostgres } from './postgres.ts'

/** A migrated database for a test file; tests are isolated by new tenants. */
export interface TestDatabase {
  /** Database with all migrations applied. */
  readonly database: RuntimeDatabase
  /** Closes the connections of the database. */
  close(): Promise<void>
}

/** Databases on which every store and engine must behave the same. */
export const TEST_DATABASES = ['PGlite', 'Postgres'] as const

/** Opens an empty, migrated database in memory (PGlite) or on a Postgres of its own. */
export async function openTestDatabase(kind: (typeof TEST_DATABASES)[number]): Promise<TestDatabase> {
  if (kind === 'PGlite') {
    const database = createDatabase<RuntimeTables>({ pglite: await openMigratedPGlite() })
    await migrateRuntime(database)
    return { database, close: () => database.close() }
  }
  const server = await startTestPostgres()
  const pool = new pg.Pool({ connectionString: await server.createDatabase(), max: 10 })
  const database = createDatabase<RuntimeTables>({ pool })
  await migrateRuntime(database)
  return {
    database,
    close: async () => {
      await database.close()
      await server.stop()
    },
  }
}
