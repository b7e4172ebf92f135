import { TenonError } from '@tenon/core/errors'
import { type QueryExecutorProvider, sql } from 'kysely'
import { bypassesRls, readLogin, roleRequired } from './login-role.ts'
import { identifier, literal } from './quote.ts'
import type { Database } from './types.ts'

/** What a migration is told about the database that it runs in. */
export interface MigrationContext {
  readonly schema: string
}

/** One step forward; names sort in the order in which they were written and never change. */
export interface Migration {
  readonly name: string
  /** One SQL statement each, run in order in one transaction with all other pending migrations. */
  readonly up: (context: MigrationContext) => readonly string[]
}

/** Which migrations are applied, and where is kept which have been. */
export interface MigrateOptions {
  /** Each package keeps its own: `runtime_migrations`, `server_migrations`. Must end in `_migrations`. */
  readonly table: string
  readonly migrations: readonly Migration[]
  /** @defaultValue 'tenon_app' */
  readonly appRole?: string
}

/**
 * Brings a database forward: makes schema, role and migration table where they are missing, and runs what is pending, all in
 * one transaction under an advisory lock, so that several processes may start at once.
 *
 * @returns Names of the migrations that ran now.
 * @throws {@link TenonError} `DB_ROLE_REQUIRED` when a role is needed that the login cannot create;
 * `DB_MIGRATION_FAILED` when the database refuses, or holds migrations that this version does not know.
 */
export async function migrate<Tables>(database: Database<Tables>, options: MigrateOptions): Promise<readonly string[]> {
  const { schema } = database
  const { table, migrations, appRole = 'tenon_app' } = options
  const login = await readLogin(database.owner)
  return database.owner.transaction().execute(async (trx) => {
    const run = (statement: string) => execute(trx, statement)
    await lockSchema(trx, schema)
    await run(`create schema if not exists ${identifier(schema)}`)
    const isRoleNeeded = bypassesRls(login)
    if (isRoleNeeded) await ensureRole(trx, login, schema, appRole)
    const history = `${identifier(schema)}.${identifier(table)}`
    await run(
      `create table if not exists ${history} (name text primary key, migrated_at timestamptz not null default now())`,
    )
    const { rows } = await sql<{ name: string }>`select name from ${sql.raw(history)} order by name`.execute(trx)
    const done = new Set(rows.map((row) => row.name))
    refuseUnknown(done, migrations, table)
    const pending = migrations.filter((migration) => !done.has(migration.name))
    for (const migration of pending) {
      for (const statement of migration.up({ schema })) await run(statement)
      await run(`insert into ${history} (name) values (${literal(migration.name)})`)
    }
    if (await roleExists(trx, appRole)) await grantTables(trx, schema, appRole)
    return pending.map((migration) => migration.name)
  })
}

/** Until the end of the transaction nobody else changes the schema. PGlite always grants it: it is alone anyway. */
export async function lockSchema(trx: QueryExecutorProvider, schema: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtext(${`tenon.migrate.${schema}`}))`.execute(trx)
}

async function execute(trx: QueryExecutorProvider, statement: string): Promise<void> {
  try {
    await sql.raw(statement).execute(trx)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : 'unknown'
    throw new TenonError('DB_MIGRATION_FAILED', `The database refused "${statement.slice(0, 80)}": ${reason}`, {
      cause,
    })
  }
}

function refuseUnknown(done: ReadonlySet<string>, migrations: readonly Migration[], table: string): void {
  const known = new Set(migrations.map((migration) => migration.name))
  const unknown = [...done].filter((name) => !known.has(name))
  if (unknown.length === 0) return
  throw new TenonError('DB_MIGRATION_FAILED', `The database has migrations of a newer version: ${unknown.join(', ')}`, {
    details: { table, unknown },
  })
}

async function roleExists(trx: QueryExecutorProvider, appRole: string): Promise<boolean> {
  const { rows } = await sql`select from pg_catalog.pg_roles where rolname = ${appRole}`.execute(trx)
  return rows.length > 0
}

async function ensureRole(
  trx: QueryExecutorProvider,
  login: Awaited<ReturnType<typeof readLogin>>,
  schema: string,
  appRole: string,
): Promise<void> {
  if (await roleExists(trx, appRole)) return
  if (!login.isSuperuser && !login.canCreateRoles) throw roleRequired(login.name, schema, appRole)
  // Roles belong to the cluster: another database of it may be migrated at the same moment.
  await execute(
    trx,
    `do $do$ begin create role ${identifier(appRole)} nologin nosuperuser nobypassrls;
      exception when duplicate_object or unique_violation then null; end $do$`,
  )
  if (!login.isSuperuser) await execute(trx, `grant ${identifier(appRole)} to ${identifier(login.name)}`)
}

// After every migration, so that migrations need not speak of roles; the history stays with its owner.
async function grantTables(trx: QueryExecutorProvider, schema: string, appRole: string): Promise<void> {
  const role = identifier(appRole)
  await execute(trx, `grant usage on schema ${identifier(schema)} to ${role}`)
  await execute(trx, `grant select, insert, update, delete on all tables in schema ${identifier(schema)} to ${role}`)
  await execute(trx, `grant usage, select on all sequences in schema ${identifier(schema)} to ${role}`)
  await execute(trx, `grant execute on all functions in schema ${identifier(schema)} to ${role}`)
  const { rows } = await sql<{ name: string }>`
    select tablename as name from pg_catalog.pg_tables where schemaname = ${schema} and tablename like '%\\_migrations'
  `.execute(trx)
  for (const { name } of rows) {
    await execute(trx, `revoke all on ${identifier(schema)}.${identifier(name)} from ${role}`)
  }
}
