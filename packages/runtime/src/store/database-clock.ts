import { databaseNow } from '../postgres/database-now.ts'
import type { RuntimeDatabase } from '../postgres/tables.ts'

/**
 * The clock of the database as a process reads it without a query: its own clock plus the difference that was measured
 * last. All processes of a database date events and timers by it, so one whose clock is minutes off delays nothing.
 */
export interface DatabaseClock {
  /** Milliseconds since the Unix epoch. Starts a new measurement in the background when the last is a minute old. */
  now(): number
  /** Resolves when there is a measurement. Rejects with the database's error if the first one fails. */
  ready(): Promise<void>
  /** Takes over a time that the database has just given: `now()` is never behind it. */
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
    // The database read its clock somewhere between. Within that span the clocks agree as far as can be known.
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
      // Until it succeeds, the last difference holds.
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
