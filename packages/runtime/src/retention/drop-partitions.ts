import { sql } from 'kysely'
import type { RuntimeLog } from '../engine.ts'
import { databaseNow, statementNow } from '../postgres/database-now.ts'
import type { RuntimeDatabase } from '../postgres/tables.ts'
import { reasonOf } from '../reason-of.ts'

/** Time after which partitions are dropped again. */
const EVERY_MS = 6 * 3_600_000

/** Drops empty partitions of past weeks if no process has done so for six hours; logs how many, or why not. */
export async function dropPartitions(database: RuntimeDatabase, log: RuntimeLog): Promise<void> {
  try {
    if (!(await claimDrop(database))) return
    const count = await dropLogPartitions(database)
    if (count > 0) log('info', 'partitions.dropped', { count })
  } catch (error) {
    log('warn', 'partitions.drop_failed: trying again later', { reason: reasonOf(error) })
  }
}

/** Drops the partitions of the run log whose logs were all deleted; returns how many. */
export async function dropLogPartitions(database: RuntimeDatabase): Promise<number> {
  for (let dropped = 0; ; dropped += 1) {
    const { rows } = await database.withSystem((tx) =>
      sql<{ dropped: number }>`select ${sql.id(database.schema, 'drop_log_partitions')}() as dropped`.execute(tx),
    )
    if (rows[0]?.dropped !== 1) return dropped
  }
}

async function claimDrop(database: RuntimeDatabase): Promise<boolean> {
  const claimed = await database.withSystem((tx) =>
    tx
      .updateTable('partition_sweeps')
      .set({ due_at: sql<number>`${databaseNow} + ${sql.lit(EVERY_MS)}` })
      .where('due_at', '<=', statementNow)
      .returning('sweep')
      .executeTakeFirst(),
  )
  return claimed !== undefined
}
