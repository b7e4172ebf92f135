import { TenonError } from '@tenon/core/errors'
import { type QueryExecutorProvider, sql } from 'kysely'
import { notMigrated } from './not-migrated.ts'
import { identifier } from './quote.ts'

export interface Login {
  readonly name: string
  readonly isSuperuser: boolean
  readonly bypassesRls: boolean
  readonly canCreateRoles: boolean
}

/** Reads the rights of the login of a connection. */
export async function readLogin(owner: QueryExecutorProvider): Promise<Login> {
  const { rows } = await sql<{ name: string; superuser: boolean; bypass: boolean; createrole: boolean }>`
    select rolname as name, rolsuper as superuser, rolbypassrls as bypass, rolcreaterole as createrole
    from pg_catalog.pg_roles where rolname = session_user`.execute(owner)
  const row = rows[0]
  if (row === undefined) throw new TenonError('UNAVAILABLE', 'The database does not know its own login')
  return { name: row.name, isSuperuser: row.superuser, bypassesRls: row.bypass, canCreateRoles: row.createrole }
}

/** Checks whether a login bypasses RLS, so that transactions must assume another role. */
export function bypassesRls(login: Login): boolean {
  return login.isSuperuser || login.bypassesRls
}

/**
 * Finds the role that transactions assume: none for a login that RLS applies to (FORCE applies it to the owner as
 * well).
 *
 * @throws {@link TenonError} `DB_ROLE_REQUIRED` (details: `sql`) if a role is needed and cannot be assumed.
 */
export async function findRole(owner: QueryExecutorProvider, schema: string, appRole: string): Promise<string | null> {
  const login = await readLogin(owner)
  if (!bypassesRls(login)) return null
  const { rows } = await sql<{ usable: boolean; bound: boolean }>`
    select pg_has_role(session_user, oid, 'member') as usable, not (rolsuper or rolbypassrls) as bound
    from pg_catalog.pg_roles where rolname = ${appRole}`.execute(owner)
  const role = rows[0]
  if (role?.usable === true && role.bound) return appRole
  if (role === undefined && (await isEmpty(owner, schema))) throw notMigrated(schema)
  throw roleRequired(login.name, schema, appRole)
}

async function isEmpty(owner: QueryExecutorProvider, schema: string): Promise<boolean> {
  const { rows } = await sql`select from pg_catalog.pg_tables where schemaname = ${schema} limit 1`.execute(owner)
  return rows.length === 0
}

/** Creates the role unless it exists; roles belong to the cluster, so another database may create it meanwhile. */
export function createRole(appRole: string): string {
  return `do $do$ begin create role ${identifier(appRole)} nologin nosuperuser nobypassrls;
      exception when duplicate_object or unique_violation then null; end $do$`
}

/** Returns the error with the SQL by which an admin creates or corrects the role. */
export function roleRequired(loginName: string, schema: string, appRole: string): TenonError {
  const role = identifier(appRole)
  const statements = [
    createRole(appRole),
    `alter role ${role} nosuperuser nobypassrls`,
    `grant ${role} to ${identifier(loginName)}`,
    `create schema if not exists ${identifier(schema)} authorization ${identifier(loginName)}`,
    `grant usage on schema ${identifier(schema)} to ${role}`,
  ]
  const script = statements.map((statement) => `${statement};`).join('\n')
  return new TenonError(
    'DB_ROLE_REQUIRED',
    `The database login bypasses row-level security and cannot assume the role "${appRole}"`,
    { details: { sql: script }, remedy: `Run as a database admin, then call migrate() again: ${script}` },
  )
}

/** Returns the error with the SQL by which an admin creates the schema. */
export function schemaRequired(loginName: string, schema: string): TenonError {
  const script = `create schema ${identifier(schema)} authorization ${identifier(loginName)};`
  return new TenonError('DB_ROLE_REQUIRED', `The database login cannot create the schema "${schema}"`, {
    details: { sql: script },
    remedy: `Run as a database admin, then call migrate() again: ${script}`,
  })
}
