import { sql } from 'kysely'
import { databaseNow } from '../postgres/database-now.ts'
import type { RuntimeDatabase } from '../postgres/tables.ts'

/** Finds the task queues that no worker with a valid lease serves. */
export async function findUnservedQueues(
  database: RuntimeDatabase,
  queues: readonly string[],
): Promise<readonly string[]> {
  if (queues.length === 0) return []
  const capabilities = queues.map((queue) => `queue:${queue}`)
  const served = await database.withSystem((tx) =>
    tx
      .selectFrom('workers')
      .select('capabilities')
      .where('lease_until', '>=', databaseNow)
      .where(sql<boolean>`capabilities && ${capabilities}::text[]`)
      .execute(),
  )
  const known = new Set(served.flatMap((row) => row.capabilities))
  return queues.filter((queue) => !known.has(`queue:${queue}`))
}
