import type { DatabaseConnection } from 'kysely'

/** One connection as Kysely sees it, with transactions that begin in one message. */
export interface LinkConnection extends DatabaseConnection {
  /** @param opening - SQL without parameters that goes out together with `begin`. */
  begin(opening: string): Promise<void>
  commit(): Promise<void>
  rollback(): Promise<void>
  release(): void
}

/** A way to a database: a `pg` pool or a PGlite. */
export interface DatabaseLink {
  readonly dialect: 'postgres' | 'pglite'
  acquire(): Promise<LinkConnection>
  close(): Promise<void>
}
