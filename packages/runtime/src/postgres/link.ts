import type { DatabaseConnection } from 'kysely'
import type { PreparedStatement } from './prepared-statement.ts'

/** One connection for Kysely, with transactions that begin in one message. */
export interface LinkConnection extends DatabaseConnection {
  /** @param opening - SQL without parameters that is sent together with `begin`. */
  begin(opening: string): Promise<void>
  commit(): Promise<void>
  /** @param values - One for each parameter; a list for an array, null for a null. */
  send<Row>(statement: PreparedStatement, values: readonly unknown[]): Promise<readonly Row[]>
  rollback(): Promise<void>
  release(): void
  /** False once the connection is lost. */
  readonly isUsable: boolean
}

/** Access to a database: a `pg` pool or a PGlite. */
export interface DatabaseLink {
  readonly dialect: 'postgres' | 'pglite'
  /**
   * Gets a connection.
   *
   * @param timeoutMs - Longest wait for the connection, and for the response to each of its statements. A connection
   * that exceeds it is destroyed, and the call throws `UNAVAILABLE`. @defaultValue no limit, for migrations
   */
  acquire(timeoutMs?: number): Promise<LinkConnection>
  close(): Promise<void>
  /** Most connections at once; PGlite has one. */
  readonly maxConnections: number
  /** Number of callers that wait for a connection; 0 for a pool that does not say so. */
  waiting(): number
}
