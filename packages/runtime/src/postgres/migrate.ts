import { TenonError } from '@tenon/core/errors'
import { type QueryExecutorProvider, sql } from 'kysely'
import { reasonOf } from '../reason-of.ts'
import { bypassesRls, createRole, type Login, readLogin, roleRequired, schemaRequired } from './login-role.ts'
import { identifier, literal } from './quote.ts'
import type { Database } from './types.ts'

/** Context of a migration. */
export interface MigrationContext {
  /** Name of the schema, unquoted, that holds the tables. */
  readonly schema: string
}

/** One migration; names are sorted in the order of the migrations and never change. */
export interface Migration {
  /** Name in the migration table, unique within it; never rename a released one. */
  readonly name: string
  /**
   * True if processes of the previous version can restart and work with it, since it only adds unused parts.
   *
   * @defaultValue false
   */
  readonly isCompatible?: boolean
  /** One SQL statement each, run in order in one transaction with all other pending migrations. */
  readonly up: (context: MigrationContext) => readonly string[]
}

/** Migrations to apply, and the table that records them. */
export interface MigrateOptions {
  /** Migration table of the package: `runtime_migrations`, `server_migrations`. Must end in `_migrations`. */
  readonly table: string
  /** Migrations of the package, oldest first; those that `table` already lists are skipped. */
  readonly migrations: readonly Migration[]
  /**
   * Names of migrations of versions before the first release, whose tables this version cannot read; a database with one of
   * them is rejected. @defaultValue none
   */
  readonly retired?: readonly string[]
  /**
   * Role that gets access to the tables; created if it is missing and the login bypasses RLS. @defaultValue 'tenon_app'
   */
  readonly appRole?: string
}

/**
 * Migrates a database: creates missing schema, role and migration table, and runs pending migrations, all in one
 * transaction under an advisory lock, so that several processes may start at once.
 *
 * @returns Names of the migrations that ran now.
 * @throws {@link TenonError} `DB_ROLE_REQUIRED` if a role or a schema is missing that the login cannot create;
 * `DB_MIGRATION_FAILED` if the database refuses, has incompatible migrations of a newer version, or was created by a
 * version before the first release.
 */
export async function migrate<Tables>(database: Database<Tables>, options: MigrateOptions): Promise<readonly string[]> {
  const login = await readLogin(database.owner)
  return database.owner.transaction().execute(async (trx) => {
    await lockSchema(trx, database.schema)
    const { statements, pending } = await planMigration(trx, login, database.schema, options)
    for (const statement of statements) await execute(trx, statement)
    return pending
  })
}

/**
 * Returns the SQL that {@link migrate} would run now, for a database admin, without changing the database.
 *
 * @returns A script of one transaction; for `psql` and any other client.
 * @throws {@link TenonError} as {@link migrate}, except for refusals of the database.
 */
export async function printMigration<Tables>(database: Database<Tables>, options: MigrateOptions): Promise<string> {
  const login = await readLogin(database.owner)
  const { statements } = await planMigration(database.owner, login, database.schema, options)
  const lock = `select pg_advisory_xact_lock(hashtext(${literal(lockName(database.schema))}))`
  return toScript([lock, ...statements])
}

/** Formats statements as a script of one transaction. */
export function toScript(statements: readonly string[]): string {
  return ['begin', ...statements, 'commit'].map((statement) => `${statement.trim()};\n`).join('')
}

async function planMigration(
  trx: QueryExecutorProvider,
  login: Login,
  schema: string,
  { table, migrations, retired = [], appRole = 'tenon_app' }: MigrateOptions,
): Promise<{ readonly statements: readonly string[]; readonly pending: readonly string[] }> {
  const statements: string[] = []
  // Checked first, since a login may own the schema without the right to create one.
  if (!(await schemaExists(trx, schema))) {
    if (!(await mayCreateSchema(trx))) throw schemaRequired(login.name, schema)
    statements.push(`create schema if not exists ${identifier(schema)}`)
  }
  const isRoleThere = await roleExists(trx, appRole)
  if (bypassesRls(login) && !isRoleThere) {
    if (!login.isSuperuser && !login.canCreateRoles) throw roleRequired(login.name, schema, appRole)
    statements.push(createRole(appRole))
    if (!login.isSuperuser) statements.push(`grant ${identifier(appRole)} to ${identifier(login.name)}`)
  }
  const history = `${identifier(schema)}.${identifier(table)}`
  statements.push(
    `create table if not exists ${history} (name text primary key, migrated_at timestamptz not null default now())`,
    `alter table ${history} add column if not exists is_compatible boolean not null default false`,
  )
  const done = await readHistory(trx, schema, table)
  refuseRetired(done, retired, { schema, table })
  refuseUnknown(done, migrations, table)
  const pending = migrations.filter((migration) => !done.has(migration.name))
  for (const { name, isCompatible = false, up } of pending) {
    statements.push(...up({ schema }))
    statements.push(`insert into ${history} (name, is_compatible) values (${literal(name)}, ${isCompatible})`)
  }
  if (isRoleThere || bypassesRls(login)) statements.push(...grants(schema, appRole))
  return { statements, pending: pending.map(({ name }) => name) }
}

function lockName(schema: string): string {
  return `tenon.migrate.${schema}`
}

/**
 * Locks the schema against other migrations until the end of the transaction. PGlite always grants the lock, since it
 * has one process.
 */
export async function lockSchema(trx: QueryExecutorProvider, schema: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtext(${lockName(schema)}))`.execute(trx)
}

async function execute(trx: QueryExecutorProvider, statement: string): Promise<void> {
  try {
    await sql.raw(statement).execute(trx)
  } catch (cause) {
    const reason = reasonOf(cause)
    throw new TenonError('DB_MIGRATION_FAILED', `The database refused "${statement.slice(0, 80)}": ${reason}`, {
      cause,
    })
  }
}

/** Returns the applied migrations, with those that older versions can work with. */
async function readHistory(
  trx: QueryExecutorProvider,
  schema: string,
  table: string,
): Promise<ReadonlyMap<string, boolean>> {
  const columns = await sql<{ name: string }>`
    select column_name as name from information_schema.columns where table_schema = ${schema} and table_name = ${table}
  `.execute(trx)
  if (columns.rows.length === 0) return new Map()
  const isCompatible = columns.rows.some(({ name }) => name === 'is_compatible') ? 'is_compatible' : 'false'
  const history = `${identifier(schema)}.${identifier(table)}`
  const { rows } = await sql<{ name: string; compatible: boolean }>`
    select name, ${sql.raw(isCompatible)} as compatible from ${sql.raw(history)} order by name`.execute(trx)
  return new Map(rows.map(({ name, compatible }) => [name, compatible]))
}

function refuseRetired(
  done: ReadonlyMap<string, boolean>,
  retired: readonly string[],
  { schema, table }: { readonly schema: string; readonly table: string },
): void {
  const found = retired.filter((name) => done.has(name))
  if (found.length === 0) return
  const message = `A version before the first release created the tables in the schema "${schema}"; this version cannot read them`
  throw new TenonError('DB_MIGRATION_FAILED', message, {
    remedy: `Name another schema in the database options, or drop "${schema}" with its workflows and runs, then call migrate() again.`,
    details: { table, retired: found },
  })
}

/** Refuses unknown migrations, unless the newer version has marked them as compatible. */
function refuseUnknown(done: ReadonlyMap<string, boolean>, migrations: readonly Migration[], table: string): void {
  const known = new Set(migrations.map((migration) => migration.name))
  const unknown = [...done].filter(([name, isCompatible]) => !known.has(name) && !isCompatible).map(([name]) => name)
  if (unknown.length === 0) return
  throw new TenonError('DB_MIGRATION_FAILED', `The database has migrations of a newer version: ${unknown.join(', ')}`, {
    details: { table, unknown },
  })
}

async function schemaExists(trx: QueryExecutorProvider, schema: string): Promise<boolean> {
  const { rows } = await sql`select from pg_catalog.pg_namespace where nspname = ${schema}`.execute(trx)
  return rows.length > 0
}

async function mayCreateSchema(trx: QueryExecutorProvider): Promise<boolean> {
  const { rows } = await sql<{ may: boolean }>`
    select has_database_privilege(current_database(), 'create') as may`.execute(trx)
  return rows[0]?.may === true
}

async function roleExists(trx: QueryExecutorProvider, appRole: string): Promise<boolean> {
  const { rows } = await sql`select from pg_catalog.pg_roles where rolname = ${appRole}`.execute(trx)
  return rows.length > 0
}

// After every migration, so that migrations need no grants; the history is not granted.
function grants(schema: string, appRole: string): readonly string[] {
  const role = identifier(appRole)
  const quoted = identifier(schema)
  return [
    `grant usage on schema ${quoted} to ${role}`,
    `grant select, insert, update, delete on all tables in schema ${quoted} to ${role}`,
    `grant usage, select on all sequences in schema ${quoted} to ${role}`,
    `grant execute on all functions in schema ${quoted} to ${role}`,
    `do $do$ declare history record; begin
      for history in select tablename as name from pg_catalog.pg_tables
        where schemaname = ${literal(schema)} and tablename like '%\\_migrations'
      loop execute format('revoke all on %I.%I from %I', ${literal(schema)}, history.name, ${literal(appRole)}); end loop;
    end $do$`,
  ]
}
