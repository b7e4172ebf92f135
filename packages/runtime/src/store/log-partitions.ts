import { sql } from 'kysely'
import type { RuntimeLog } from '../engine.ts'
import type { RuntimeDatabase } from '../postgres/tables.ts'
import { reasonOf } from '../reason-of.ts'

/** Creates the partitions of the coming weeks while a worker runs. */
export interface PartitionKeeper {
  /** Creates missing partitions in the background, and checks again every six hours. */
  start(): void
  /** Stops; resolves when no check is in flight. */
  stop(): Promise<void>
}

const EVERY_MS = 6 * 3_600_000
/** Pause after a failure in milliseconds; partitions are created eight weeks ahead. */
const RETRY_MS = 10 * 60_000

export function createPartitionKeeper(database: RuntimeDatabase, log: RuntimeLog): PartitionKeeper {
  let timer: NodeJS.Timeout | null = null
  let making: Promise<void> = Promise.resolve()
  let isStopped = true

  const make = async (): Promise<void> => {
    let againMs = EVERY_MS
    try {
      const made = await makeLogPartitions(database)
      if (made > 0) log('info', 'partitions.made', { count: made })
    } catch (error) {
      againMs = RETRY_MS
      log('warn', 'partitions.make_failed: retrying', { reason: reasonOf(error) })
    }
    if (isStopped) return
    timer = setTimeout(() => {
      making = make()
    }, againMs).unref()
  }
  return {
    start: () => {
      if (!isStopped) return
      isStopped = false
      making = make()
    },
    stop: async () => {
      isStopped = true
      if (timer !== null) clearTimeout(timer)
      await making
    },
  }
}

/**
 * Creates the missing weekly partitions of the run log, from this week to eight weeks ahead.
 *
 * @returns The number of created partitions.
 */
export async function makeLogPartitions(database: RuntimeDatabase): Promise<number> {
  const { rows } = await database.withSystem((tx) =>
    sql<{ made: number }>`select ${sql.id(database.schema, 'make_log_partitions')}() as made`.execute(tx),
  )
  return rows[0]?.made ?? 0
}
