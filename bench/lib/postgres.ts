import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import type { RuntimeDatabase, RuntimeTables } from '@tenon/runtime'
import { createDatabase, migrateRuntime } from '@tenon/runtime/postgres'
import { startTestPostgres } from '@tenon/runtime/testing'
import pg from 'pg'
import { canStartPostgres } from '../../scripts/run/lib/postgres.mjs'

/** Connections of a host's pool. */
export const POOL_SIZE = 10

/** A Postgres as durable as production's, with the tables of runs. */
export interface BenchPostgres {
  readonly connectionString: string
  readonly database: RuntimeDatabase
  close(): Promise<void>
}

/** Line to print on a machine without Postgres. */
export async function missingPostgres(): Promise<string | null> {
  return (await canStartPostgres()) ? null : 'Postgres is missing (user `postgres`, or the platform package)'
}

/** A folder on a disk, which the temporary directory of some machines is not. */
export function diskDirectory(): string {
  return existsSync('/var/tmp') ? '/var/tmp' : tmpdir()
}

/** A Postgres with fsync on a disk, and an empty database in it. */
export interface DurablePostgres {
  readonly url: string
  /** Makes another empty database. */
  createDatabase(): Promise<string>
  stop(): Promise<void>
}

/** Starts a Postgres with fsync on a disk. */
export async function startDurablePostgres(): Promise<DurablePostgres> {
  const server = await startTestPostgres({ isDurable: true, parent: diskDirectory() })
  return {
    url: await server.createDatabase(),
    createDatabase: () => server.createDatabase(),
    stop: () => server.stop(),
  }
}

export async function openBenchPostgres(): Promise<BenchPostgres> {
  const { url, stop } = await startDurablePostgres()
  const pool = new pg.Pool({ connectionString: url, max: POOL_SIZE })
  const database = createDatabase<RuntimeTables>({ pool })
  await migrateRuntime(database)
  return {
    connectionString: url,
    database,
    close: async () => {
      await database.close()
      await stop()
    },
  }
}
