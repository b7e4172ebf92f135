import type { TenantId } from '@tenon/core/document'
import type { Kysely, Transaction } from 'kysely'
import type { PreparedStatement } from './prepared-statement.ts'

/**
 * A transaction that is bound to one tenant (or, from `withSystem`, to the dispatch tables of all). Repositories get
 * one and never open one; only the database is awaited inside. Table names are qualified with the schema.
 */
export type Tx<Tables> = Transaction<Tables>

/** A connection outside of the pool with a lock that lasts as long as the connection. */
export interface HeldLock {
  /** False once the connection is lost, and the lock with it. */
  readonly isHeld: boolean
  /** Returns the connection to the pool, without the lock. Never throws. */
  release(): Promise<void>
}

/**
 * The database of a Tenon server, in the host's own Postgres or in PGlite. Each package types the tables that it uses
 * and has its own view of the database: `database.view<RuntimeTables>()`.
 */
export interface Database<Tables> {
  /** Kind of the database behind the connection. */
  readonly dialect: 'postgres' | 'pglite'
  /** Schema that holds the tables. */
  readonly schema: string
  /**
   * Runs `work` in one transaction in which RLS shows the rows of this tenant only. Retries it, up to five tries, if
   * the database aborts it because of a deadlock: `work` must have no effect outside of the database.
   *
   * @throws {@link TenonError} `TENANT_INVALID`; `DB_TRANSACTION_NESTED` inside another transaction of the same call
   * chain, where there is one connection only; `DB_ROLE_REQUIRED`; `UNAVAILABLE` if no connection can be opened, or a
   * response takes longer than `statementTimeoutMs`.
   */
  withTenant<Value>(tenantId: TenantId, work: (tx: Tx<Tables>) => Promise<Value>): Promise<Value>
  /** Runs `work` in one transaction that sees only the dispatch tables, of every tenant. */
  withSystem<Value>(work: (tx: Tx<Tables>) => Promise<Value>): Promise<Value>
  /**
   * Sends one statement that is a transaction of its own, without role or tenant: for SQL functions that set both
   * themselves and so cost one round trip.
   *
   * @param values - One for each parameter of the statement, in their order; lists become Postgres arrays.
   * @throws {@link TenonError} `UNAVAILABLE` as {@link Database.withTenant}, with the limit `appendTimeoutMs`; it is
   * then unknown whether the statement was executed. `DB_PREPARED_STATEMENTS` behind a pooler that does not keep them.
   */
  call<Row>(statement: PreparedStatement, values: readonly unknown[]): Promise<readonly Row[]>
  /**
   * Reserves a connection for a session lock, so that other processes see in `pg_locks` that this one is connected,
   * even while it is busy. The lock is an advisory one under both keys.
   *
   * @returns Null if no connection can be reserved: on PGlite, and from a pool of fewer than three.
   * @throws {@link TenonError} `UNAVAILABLE`.
   */
  holdLock(space: string, name: string): Promise<HeldLock | null>
  /** Returns the role that transactions assume; null if RLS applies to the login itself. */
  role(): Promise<string | null>
  /** Returns the same database and connections, typed with other tables; Kysely's types are invariant in them. */
  view<OtherTables>(): Database<OtherTables>
  /** For migrations and the canary only. */
  readonly owner: Kysely<Tables>
  /** Closes the pool or the PGlite. */
  close(): Promise<void>
}
