import type { TenantId } from '@tenon/core/document'
import type { Kysely, Transaction } from 'kysely'
import type { PreparedStatement } from './prepared-statement.ts'

/**
 * A transaction that is bound to one tenant (or, from `withSystem`, to the dispatch tables of all). Repositories take
 * one and never open one; nothing but the database is awaited inside. Table names are qualified with the schema.
 */
export type Tx<Tables> = Transaction<Tables>

/** A connection that is kept out of the pool, with a lock that lasts as long as it. */
export interface HeldLock {
  /** False once the connection is lost, and the lock with it. */
  readonly isHeld: boolean
  /** Gives the connection back to the pool, without the lock. Never throws. */
  release(): Promise<void>
}

/**
 * The database of a Tenon server, in the host's own Postgres or in PGlite. Each package types the tables that it uses
 * and takes its own view of the one database: `database.view<RuntimeTables>()`.
 */
export interface Database<Tables> {
  /** Kind of the database behind the connection. */
  readonly dialect: 'postgres' | 'pglite'
  /** Schema that holds the tables. */
  readonly schema: string
  /**
   * Runs `work` in one transaction in which RLS shows the rows of this tenant only. Runs it again, up to five times,
   * when the database ends it because of a deadlock: `work` has no effect but on the database.
   *
   * @throws {@link TenonError} `TENANT_INVALID`; `DB_TRANSACTION_NESTED` inside another transaction of the same
   * call chain, where there is one connection only; `DB_ROLE_REQUIRED`; `UNAVAILABLE` when no connection can be made, or an answer takes
   * longer than `statementTimeoutMs`.
   */
  withTenant<Value>(tenantId: TenantId, work: (tx: Tx<Tables>) => Promise<Value>): Promise<Value>
  /** Runs `work` in one transaction that sees the dispatch tables of every tenant, and nothing else. */
  withSystem<Value>(work: (tx: Tx<Tables>) => Promise<Value>): Promise<Value>
  /**
   * Sends one statement that is a transaction of its own, without role or tenant: for SQL functions that set both
   * themselves and so cost one round trip.
   *
   * @param values - One for each parameter of the statement, in their order; lists become Postgres arrays.
   * @throws {@link TenonError} `UNAVAILABLE` as {@link Database.withTenant}, with the limit `appendTimeoutMs`; it is then
   * unknown whether the statement was carried out. `DB_PREPARED_STATEMENTS` behind a pooler that does not keep them.
   */
  call<Row>(statement: PreparedStatement, values: readonly unknown[]): Promise<readonly Row[]>
  /**
   * Keeps a connection for a session lock, so that other processes see in `pg_locks` that this one is connected, whether
   * or not it has time to answer. The lock is an advisory one under both keys.
   *
   * @returns Null where a connection cannot be spared: on PGlite, and from a pool of fewer than three.
   * @throws {@link TenonError} `UNAVAILABLE`.
   */
  holdLock(space: string, name: string): Promise<HeldLock | null>
  /** The role that transactions take on, or null when the login itself is bound by RLS. */
  role(): Promise<string | null>
  /** The same database, connections and all, seen with other tables; Kysely's types are invariant in them. */
  view<OtherTables>(): Database<OtherTables>
  /** For migrations and the canary only. */
  readonly owner: Kysely<Tables>
  /** Closes the pool or the PGlite. */
  close(): Promise<void>
}
