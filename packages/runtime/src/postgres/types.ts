import type { Kysely, Transaction } from 'kysely'

/**
 * A transaction that is bound to one tenant (or, from `withSystem`, to the dispatch tables of all). Repositories take
 * one and never open one; nothing but the database is awaited inside.
 */
export type Tx<Tables> = Transaction<Tables>

/** The database of a Tenon server, in the host's own Postgres or in PGlite. */
export interface Database<Tables> {
  readonly dialect: 'postgres' | 'pglite'
  readonly schema: string
  /** Runs `work` in one transaction in which RLS shows the rows of this tenant only. */
  withTenant<Value>(tenantId: string, work: (tx: Tx<Tables>) => Promise<Value>): Promise<Value>
  /** Runs `work` in one transaction that sees the dispatch tables of every tenant, and nothing else. */
  withSystem<Value>(work: (tx: Tx<Tables>) => Promise<Value>): Promise<Value>
  /** For migrations and the canary only. */
  readonly owner: Kysely<Tables>
  close(): Promise<void>
}
