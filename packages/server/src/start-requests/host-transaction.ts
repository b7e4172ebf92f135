import { TenonError } from '@tenon/core/errors'
import { CompiledQuery } from 'kysely'

/** An open transaction of `pg` (a client on which `begin` was sent) or of PGlite. */
export interface QueryTransaction {
  /** Sends one statement. */
  query(text: string, values: unknown[]): Promise<{ readonly rows: readonly unknown[] }>
}

/** A transaction of Kysely, of any copy and version with this method. */
export interface KyselyTransaction {
  /** Sends one statement, which is compiled. */
  executeQuery(query: CompiledQuery): Promise<{ readonly rows: readonly unknown[] }>
}

/** A transaction of Drizzle over `pg`, PGlite or postgres-js. */
export interface DrizzleTransaction {
  /** Sends one statement, here as text. */
  execute(query: string): PromiseLike<unknown>
}

/** A transaction of Prisma. */
export interface PrismaTransaction {
  /** Sends one statement. */
  $queryRawUnsafe(query: string, ...values: unknown[]): PromiseLike<unknown>
}

/** An open transaction of the host, on the database that has the tables of the server. */
export type HostTransaction = QueryTransaction | KyselyTransaction | DrizzleTransaction | PrismaTransaction

type Row = Readonly<Record<string, unknown>>

/**
 * Sends one statement in a transaction of the host.
 *
 * @param text - Statement with `$1`, `$2` and so on.
 * @throws {@link TenonError} `TRANSACTION_UNSUPPORTED` for a pool, a database, and anything of another kind. A client on which
 * no transaction was begun cannot be recognized.
 */
export async function queryIn(
  tx: HostTransaction,
  text: string,
  values: readonly (string | boolean | null)[],
): Promise<readonly Row[]> {
  const given: Partial<Record<string, unknown>> = Object(tx)
  if (isPool(given)) throw unsupported('a pool was passed, which would use a connection of its own')
  if (typeof given['executeQuery'] === 'function') {
    if (given['isTransaction'] === false) throw unsupported('this Kysely is no transaction')
    return rowsOf(await (tx as KyselyTransaction).executeQuery(CompiledQuery.raw(text, [...values])))
  }
  if (typeof given['$queryRawUnsafe'] === 'function') {
    if (typeof given['$transaction'] === 'function') throw unsupported('this Prisma client is no transaction')
    return rowsOf(await (tx as PrismaTransaction).$queryRawUnsafe(text, ...values))
  }
  // Before `query`, which a transaction of Drizzle has as well, for something else.
  if (typeof given['execute'] === 'function') {
    if (typeof given['rollback'] !== 'function') throw unsupported('this database of Drizzle is no transaction')
    return rowsOf(await (tx as DrizzleTransaction).execute(withLiterals(text, values)))
  }
  if (typeof given['transaction'] === 'function') throw unsupported('a database was passed, and not its transaction')
  if (typeof given['query'] === 'function') return rowsOf(await (tx as QueryTransaction).query(text, [...values]))
  throw unsupported('it has none of the methods of a transaction')
}

/** Drizzle binds parameters by objects of its own copy, which this package does not have. */
function withLiterals(text: string, values: readonly (string | boolean | null)[]): string {
  return text.replaceAll(/\$(\d+)/g, (_, index: string) => {
    const value = values[Number(index) - 1] ?? null
    return typeof value === 'string' ? quoted(value) : String(value)
  })
}

/** Quotes a text for any setting of `standard_conforming_strings`, which is the host's here. */
function quoted(text: string): string {
  return `E'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`
}

function isPool(given: Partial<Record<string, unknown>>): boolean {
  return typeof given['totalCount'] === 'number' && typeof given['connect'] === 'function'
}

/** Drivers return the rows as a list, or as the field of a result. */
function rowsOf(result: unknown): readonly Row[] {
  if (Array.isArray(result)) return result
  return (result as { readonly rows?: readonly Row[] }).rows ?? []
}

function unsupported(why: string): TenonError {
  return new TenonError('TRANSACTION_UNSUPPORTED', `\`tx\` must be an open transaction: ${why}`)
}
