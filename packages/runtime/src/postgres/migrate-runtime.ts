import { sql } from 'kysely'
import { lockSchema, type MigrateOptions, migrate } from './migrate.ts'
import { eventPartition, runDispatch, runLog, runWaits } from './migrations/0001-run-log.ts'
import { append, fencedAppend } from './migrations/0004-append.ts'
import type { Database } from './types.ts'

const WEEK_MS = 604_800_000
const WEEKS_AHEAD = 8
const CHECK_VIOLATION = '23514'

/** The week in which a run was accepted, counted from the Unix epoch; its events stay in that partition. */
export function weekOf(at: number): number {
  return Math.floor(at / WEEK_MS)
}

/** How the tables of the runtime are made. */
export interface MigrateRuntimeOptions extends Pick<MigrateOptions, 'appRole'> {
  /** Milliseconds since the Unix epoch: partitions are made from its week on. @defaultValue `Date.now` */
  readonly now?: () => number
}

/**
 * Makes or brings forward the runtime's tables, and the partitions of the coming eight weeks; call it at each start.
 *
 * @returns Names of the migrations that ran now.
 * @throws {@link TenonError} `DB_ROLE_REQUIRED`, `DB_MIGRATION_FAILED` as {@link migrate}.
 */
export async function migrateRuntime<Tables>(
  database: Database<Tables>,
  { now = Date.now, ...options }: MigrateRuntimeOptions = {},
): Promise<readonly string[]> {
  const done = await migrate(database, {
    ...options,
    table: 'runtime_migrations',
    migrations: [runLog, runWaits, runDispatch, append, fencedAppend],
  })
  await addEventPartitions(database, weekOf(now()))
  return done
}

async function addEventPartitions<Tables>(database: Database<Tables>, from: number): Promise<void> {
  const { schema, owner } = database
  const { rows } = await sql<{ name: string }>`
    select c.relname as name from pg_catalog.pg_inherits i
    join pg_catalog.pg_class c on c.oid = i.inhrelid join pg_catalog.pg_class p on p.oid = i.inhparent
    join pg_catalog.pg_namespace n on n.oid = p.relnamespace
    where n.nspname = ${schema} and p.relname = 'run_events'`.execute(owner)
  const present = new Set(rows.map((row) => row.name))
  for (let week = from; week <= from + WEEKS_AHEAD; week += 1) {
    const name = `run_events_w${week}`
    if (present.has(name)) continue
    const [create = '', ...rest] = eventPartition(schema, name, `for values from (${week}) to (${week + 1})`)
    await owner
      .transaction()
      .execute(async (trx) => {
        await lockSchema(trx, schema)
        await sql.raw(create.replace('create table', 'create table if not exists')).execute(trx)
        for (const statement of rest) await sql.raw(statement).execute(trx)
      })
      .catch((error: unknown) => {
        if (!isDefaultTaken(error)) throw error
      })
  }
}

/** Whether events of that week lie in the default partition already; they stay there. */
function isDefaultTaken(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === CHECK_VIOLATION
}
