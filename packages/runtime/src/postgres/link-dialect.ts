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

/** The Kysely dialect of both ways to a database. */
export function linkDialect(link: DatabaseLink): Dialect {
  return {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => linkDriver(link),
    createIntrospector: (db: Kysely<unknown>) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  }
}

function linkDriver(link: DatabaseLink): Driver {
  const open = new WeakMap<DatabaseConnection, LinkConnection>()
  const of = (connection: DatabaseConnection): LinkConnection | undefined => open.get(connection)
  return {
    init: async () => undefined,
    acquireConnection: async () => {
      const connection = await link.acquire()
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
