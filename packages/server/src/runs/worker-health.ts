import type { RunHealth } from '@tenon/core/api'
import { isRunOver } from '@tenon/core/run'
import type { StoredRun } from '@tenon/runtime'
import { sql } from 'kysely'
import type { ServerContext } from '../context.ts'

/** The health of a run while no process carries runs out. */
export const NO_WORKER: RunHealth = Object.freeze({
  code: 'NO_WORKER',
  message: 'No worker is running: runs wait until one starts',
  remedy: 'Call startWorker() in this process, or start a process with createWorker().',
})

/** Leases are counted by the clock of the database, which may differ from the one here. */
const databaseNow = sql<number>`(extract(epoch from clock_timestamp()) * 1000)::bigint`

/** Checks whether any process on this database carries runs out. On Temporal its server knows, so the answer is yes. */
export async function hasWorker({ engine, database }: Pick<ServerContext, 'engine' | 'database'>): Promise<boolean> {
  if (engine.kind !== 'embedded') return true
  const row = await database.withSystem((tx) =>
    tx.selectFrom('workers').select('worker_id').where('lease_until', '>', databaseNow).limit(1).executeTakeFirst(),
  )
  return row !== undefined
}

/** Why a run makes no progress, where that is known; `{}` for one that is over, or has a worker. */
export async function healthOfRun(server: ServerContext, run: StoredRun): Promise<{ readonly health?: RunHealth }> {
  if (isRunOver(run.status) || (await hasWorker(server))) return {}
  return { health: NO_WORKER }
}
