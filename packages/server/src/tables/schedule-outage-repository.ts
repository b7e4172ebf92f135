import { databaseNow } from '@tenon/runtime/postgres'
import { sql } from 'kysely'
import type { ServerTx } from './server-tables.ts'

/** A stretch of time in which no process looked for schedules; instants are milliseconds since the Unix epoch. */
export interface Outage {
  readonly fromAt: number
  readonly untilAt: number
}

/** Pause between two looks from which on no server was there; more than two minutes, in case a cron has them done. */
export const OUTAGE_MS = 150_000
/** Time by which a run may start late without its time having been missed. */
export const LATE_MS = 60_000
/** Time for which outages are kept: longer than times are caught up. */
export const OUTAGES_KEPT_MS = 8 * 24 * 60 * 60 * 1_000

/** Notes that a process looks for schedules in this moment, with the outage that ends by it. */
export async function noteLook(tx: ServerTx): Promise<void> {
  // The first look ever ends an outage since the beginning.
  const first = { clock: 'schedules', looked_at: 0 } as const
  await tx
    .insertInto('schedule_looks')
    .values(first)
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  const { looked_at: before } = await tx
    .selectFrom('schedule_looks')
    .select('looked_at')
    .where('clock', '=', first.clock)
    .forUpdate()
    .executeTakeFirstOrThrow()
  const { now } = await tx.selectNoFrom(databaseNow.as('now')).executeTakeFirstOrThrow()
  if (now - before > OUTAGE_MS) {
    await tx
      .deleteFrom('schedule_outages')
      .where('until_at', '<', now - OUTAGES_KEPT_MS)
      .execute()
    await tx
      .insertInto('schedule_outages')
      .values({ from_at: before, until_at: now })
      .onConflict((conflict) => conflict.column('from_at').doUpdateSet({ until_at: now }))
      .execute()
  }
  await tx.updateTable('schedule_looks').set({ looked_at: now }).where('clock', '=', first.clock).execute()
}

/** Notes that a tick begins or ends in this moment. */
export async function noteTick(tx: ServerTx): Promise<void> {
  await tx
    .insertInto('schedule_looks')
    .values({ clock: 'ticks', looked_at: databaseNow })
    .onConflict((conflict) => conflict.column('clock').doUpdateSet({ looked_at: databaseNow }))
    .execute()
}

/** Checks whether a process has had a tick lately. */
export async function hasTickedLately(tx: ServerTx): Promise<boolean> {
  const row = await tx
    .selectFrom('schedule_looks')
    .select('looked_at')
    .where('clock', '=', 'ticks')
    .where('looked_at', '>', sql<number>`${databaseNow} - ${sql.lit(OUTAGE_MS)}`)
    .executeTakeFirst()
  return row !== undefined
}

/** Lists the outages of the last days. */
export async function listOutages(tx: ServerTx): Promise<readonly Outage[]> {
  const rows = await tx.selectFrom('schedule_outages').selectAll().execute()
  return rows.map(({ from_at: fromAt, until_at: untilAt }) => ({ fromAt, untilAt }))
}
