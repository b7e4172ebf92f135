import { databaseNow } from '../postgres/database-now.ts'
import type { RuntimeDatabase } from '../postgres/tables.ts'

/**
 * Clock of the database without a query: the clock of this process plus the last measured difference. All processes of
 * a database date events and timers by it, so that a process with a wrong clock delays no runs.
 */
export interface DatabaseClock {
  /**
   * Returns milliseconds since the Unix epoch. Starts a new measurement in the background if the last one is a minute
   * old.
   */
  now(): number
  /** Resolves when there is a measurement. Rejects with the database's error if the first one fails. */
  ready(): Promise<void>
  /** Adjusts to a time that the database has just returned: `now()` is never behind it. */
  observe(at: number): void
}

const MEASURE_EVERY_MS = 60_000

/** @param wallNow - Clock of this process, in milliseconds since the Unix epoch. */
export function createDatabaseClock(database: RuntimeDatabase, wallNow: () => number = Date.now): DatabaseClock {
  let offset = 0
  let measuredAt: number | null = null
  let measuring: Promise<void> | null = null

  const measure = async (): Promise<void> => {
    const asked = wallNow()
    const { at } = await database.withSystem((tx) => tx.selectNoFrom(databaseNow.as('at')).executeTakeFirstOrThrow())
    const answered = wallNow()
    // The database read its clock between the two. Within that span the clocks agree within the precision of the
    // measurement.
    offset = at < asked ? at - asked : at > answered ? at - answered : 0
    measuredAt = answered
  }
  const measureOnce = (): Promise<void> => {
    measuring ??= measure().finally(() => {
      measuring = null
    })
    return measuring
  }
  return {
    now: () => {
      const wall = wallNow()
      const isOld = measuredAt !== null && Math.abs(wall - measuredAt) >= MEASURE_EVERY_MS
      // Until it succeeds, the last difference is used.
      if (isOld && measuring === null) measureOnce().catch(() => undefined)
      return wall + offset
    },
    ready: async () => {
      if (measuredAt === null) await measureOnce()
    },
    observe: (at) => {
      offset = Math.max(offset, at - wallNow())
    },
  }
}
