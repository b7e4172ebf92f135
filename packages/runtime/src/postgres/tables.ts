import type { Database } from './types.ts'

/** Rows of the runtime's tables; the migrations beside this file create them. */
export interface RuntimeTables {
  readonly runs: Record<string, unknown>
}

/** The runtime sees its own tables; a server passes a database that has more. */
export type RuntimeDatabase = Database<RuntimeTables>
