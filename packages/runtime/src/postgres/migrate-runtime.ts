import { sql } from 'kysely'
import { lockSchema, type MigrateOptions, migrate, printMigration, toScript } from './migrate.ts'
import { logPartition, runDispatch, runLog, runWaits } from './migrations/0001-run-log.ts'
import { append } from './migrations/0004-append.ts'
import { partitions } from './migrations/0005-partitions.ts'
import { topLevelRuns } from './migrations/0006-top-level-runs.ts'
import { admission } from './migrations/0007-admission.ts'
import { events } from './migrations/0008-events.ts'
import { reruns } from './migrations/0009-reruns.ts'
import { openTrees } from './migrations/0010-open-trees.ts'
import { starts } from './migrations/0011-starts.ts'
import { movedRuns } from './migrations/0012-moved-runs.ts'
import { data } from './migrations/0013-data.ts'
import { errorHandlers } from './migrations/0015-error-handlers.ts'
import { engineChanges } from './migrations/0016-engine-changes.ts'
import { connectionWaits } from './migrations/0017-connection-waits.ts'
import { temporalWorkers } from './migrations/0020-temporal-workers.ts'
import { files } from './migrations/0031-files.ts'
import { runViews } from './migrations/0035-run-views.ts'
import { dataTables } from './migrations/0041-data-tables.ts'
import { startedBy } from './migrations/0047-started-by.ts'
import { suspectedWorkers } from './migrations/0049-suspected-workers.ts'
import { modelSpend } from './migrations/0051-model-spend.ts'
import { planMarks } from './migrations/0059-plan-marks.ts'
import type { Database } from './types.ts'

const WEEK_MS = 604_800_000
const WEEKS_AHEAD = 8
const CHECK_VIOLATION = '23514'

/**
 * Returns the week of an instant, counted from the Unix epoch. The log of a run is in the partition of the week in
 * which it was accepted.
 */
export function weekOf(at: number): number {
  return Math.floor(at / WEEK_MS)
}

/** The runtime's tables; forward only, a migration that has been released never changes. */
export const RUNTIME_MIGRATIONS = {
  table: 'runtime_migrations',
  migrations: [
    ...[runLog, runWaits, runDispatch, append, partitions, topLevelRuns, admission, events, reruns, openTrees],
    ...[starts, movedRuns, data, errorHandlers, engineChanges, connectionWaits, temporalWorkers],
    ...[files, runViews, dataTables, startedBy, suspectedWorkers, planMarks, modelSpend],
  ],
  // Their run logs have one row for each event.
  retired: ['0001-run-log', '0004-append', '0005-fenced-append'],
} as const

/** Options for migrating the tables of the runtime. */
export interface MigrateRuntimeOptions extends Pick<MigrateOptions, 'appRole'> {
  /** Milliseconds since the Unix epoch: partitions are created from its week on. @defaultValue `Date.now` */
  readonly now?: () => number
}

/**
 * Creates or migrates the runtime's tables, and creates the partitions of the coming eight weeks; call it at each
 * start.
 *
 * @returns Names of the migrations that ran now.
 * @throws {@link TenonError} `DB_ROLE_REQUIRED`, `DB_MIGRATION_FAILED` as {@link migrate}.
 */
export async function migrateRuntime<Tables>(
  database: Database<Tables>,
  { now = Date.now, ...options }: MigrateRuntimeOptions = {},
): Promise<readonly string[]> {
  const done = await migrate(database, { ...options, ...RUNTIME_MIGRATIONS })
  await addLogPartitions(database, weekOf(now()))
  return done
}

/** Returns the SQL that {@link migrateRuntime} would run now, without changing the database. */
export async function printRuntimeMigration<Tables>(
  database: Database<Tables>,
  { now = Date.now, ...options }: MigrateRuntimeOptions = {},
): Promise<string> {
  const tables = await printMigration(database, { ...options, ...RUNTIME_MIGRATIONS })
  const missing = await missingPartitions(database, weekOf(now()))
  return tables + toScript(missing.flat())
}

/** Returns one list of statements for each week without a partition. */
async function missingPartitions<Tables>(
  { schema, owner }: Database<Tables>,
  from: number,
): Promise<readonly (readonly string[])[]> {
  const { rows } = await sql<{ name: string }>`
    select c.relname as name from pg_catalog.pg_inherits i
    join pg_catalog.pg_class c on c.oid = i.inhrelid join pg_catalog.pg_class p on p.oid = i.inhparent
    join pg_catalog.pg_namespace n on n.oid = p.relnamespace
    where n.nspname = ${schema} and p.relname = 'run_log'`.execute(owner)
  const present = new Set(rows.map((row) => row.name))
  return Array.from({ length: WEEKS_AHEAD + 1 }, (_, index) => from + index)
    .filter((week) => !present.has(partitionName(week)))
    .map((week) => {
      const [create = '', ...rest] = logPartition(
        schema,
        partitionName(week),
        `for values from (${week}) to (${week + 1})`,
      )
      return [create.replace('create table', 'create table if not exists'), ...rest]
    })
}

function partitionName(week: number): string {
  return `run_log_w${week}`
}

async function addLogPartitions<Tables>(database: Database<Tables>, from: number): Promise<void> {
  const { schema, owner } = database
  for (const statements of await missingPartitions(database, from)) {
    await owner
      .transaction()
      .execute(async (trx) => {
        await lockSchema(trx, schema)
        for (const statement of statements) await sql.raw(statement).execute(trx)
      })
      .catch((error: unknown) => {
        if (!isDefaultTaken(error)) throw error
      })
  }
}

/** True if runs of that week have their logs in the default partition already; the logs remain there. */
function isDefaultTaken(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === CHECK_VIOLATION
}
