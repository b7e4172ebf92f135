import { sql } from 'kysely'
import { databaseNow, statementNow } from '../postgres/database-now.ts'
import type { RuntimeDatabase } from '../postgres/tables.ts'

/** A worker of Temporal with its node types. */
export interface ListedWorker {
  readonly workerId: string
  /** Names of `nodeTypeKey`. */
  readonly types: readonly string[]
  /** Time in milliseconds for which the list is valid. */
  readonly validMs: number
}

/** Lists a worker of Temporal with its node types for a while, and deletes those whose time has passed. */
export async function listWorker(database: RuntimeDatabase, { workerId, types, validMs }: ListedWorker): Promise<void> {
  const row = {
    listed_until: sql<number>`${databaseNow} + ${validMs}::bigint`,
    node_types: sql<string[]>`${types}::text[]`,
  }
  await database.withSystem(async (tx) => {
    await tx
      .insertInto('temporal_workers')
      .values({ worker_id: workerId, ...row })
      .onConflict((conflict) => conflict.column('worker_id').doUpdateSet(row))
      .execute()
    await tx
      .deleteFrom('temporal_workers')
      .where(
        'worker_id',
        'in',
        // Several processes delete the same ones.
        tx
          .selectFrom('temporal_workers')
          .select('worker_id')
          .where('listed_until', '<', statementNow)
          .forUpdate()
          .skipLocked(),
      )
      .execute()
  })
}

/** Deletes a worker of Temporal from the list. */
export async function unlistWorker(database: RuntimeDatabase, workerId: string): Promise<void> {
  await database.withSystem((tx) => tx.deleteFrom('temporal_workers').where('worker_id', '=', workerId).execute())
}

/** Finds the node types that no listed worker has; none while no worker is listed, since then nothing is known. */
export async function findUnlistedTypes(
  database: RuntimeDatabase,
  types: readonly string[],
): Promise<readonly string[]> {
  if (types.length === 0) return []
  const workers = await database.withSystem((tx) =>
    tx.selectFrom('temporal_workers').select('node_types').where('listed_until', '>=', databaseNow).execute(),
  )
  if (workers.length === 0) return []
  const known = new Set(workers.flatMap((worker) => worker.node_types))
  return types.filter((type) => !known.has(type))
}
