import {
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
} from 'kysely'
import type { DatabaseLink, LinkConnection } from './link.ts'

/**
 * Creates a Kysely dialect of a link.
 *
 * @param timeoutMs - As for {@link DatabaseLink.acquire}. @defaultValue no limit
 */
export function linkDialect(link: DatabaseLink, timeoutMs?: number): Dialect {
  return {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => linkDriver(link, timeoutMs),
    createIntrospector: (db: Kysely<unknown>) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  }
}

function linkDriver(link: DatabaseLink, timeoutMs: number | undefined): Driver {
  const open = new WeakMap<DatabaseConnection, LinkConnection>()
  const of = (connection: DatabaseConnection): LinkConnection | undefined => open.get(connection)
  return {
    init: async () => undefined,
    acquireConnection: async () => {
      const connection = await link.acquire(timeoutMs)
      open.set(connection, connection)
      return connection
    },
    beginTransaction: async (connection) => of(connection)?.begin(''),
    commitTransaction: async (connection) => of(connection)?.commit(),
    rollbackTransaction: async (connection) => of(connection)?.rollback(),
    releaseConnection: async (connection) => of(connection)?.release(),
    destroy: async () => undefined,
  }
}
