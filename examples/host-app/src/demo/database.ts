import { join } from 'node:path'
import { openPGlite } from '@tenon/runtime/postgres'
import type { DatabaseOptions } from '@tenon/server'
import pg from 'pg'
import type { DemoEnvironment } from './environment.ts'

/** Postgres where `DATABASE_URL` names one, else PGlite in the data directory, which needs nothing installed. */
export async function openDatabase(environment: DemoEnvironment): Promise<DatabaseOptions> {
  if (environment.databaseUrl !== null)
    return { pool: new pg.Pool({ connectionString: environment.databaseUrl, max: 10 }) }
  return { pglite: await openPGlite(join(environment.dataDirectory, 'database')) }
}
