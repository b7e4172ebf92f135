import type { RunHealth } from '@tenon/core/api'
import { isRunOver } from '@tenon/core/run'
import { findObstacles, findRunObstacles, type RuntimeTables, type StoredRun } from '@tenon/runtime'
import { sql } from 'kysely'
import type { ServerContext } from '../context.ts'

/** Health of a run while no worker is running. */
const NO_WORKER: RunHealth = Object.freeze({
  code: 'NO_WORKER',
  message: 'No worker is running: runs wait until one starts',
  remedy: 'Call startWorker() in this process, or start a process with createWorker().',
})

/** Leases are counted by the clock of the database, which may differ from the one here. */
const databaseNow = sql<number>`(extract(epoch from clock_timestamp()) * 1000)::bigint`

/** Checks whether a worker of the embedded engine is running on this database. On Temporal its server knows: true. */
async function hasWorker({ engine, database }: Pick<ServerContext, 'engine' | 'database'>): Promise<boolean> {
  if (engine.kind !== 'embedded') return true
  const row = await database.withSystem((tx) =>
    tx.selectFrom('workers').select('worker_id').where('lease_until', '>', databaseNow).limit(1).executeTakeFirst(),
  )
  return row !== undefined
}

/** The reason why a run makes no progress; `{}` if it has ended, or a worker can continue it. */
export async function healthOfRun(server: ServerContext, run: StoredRun): Promise<{ readonly health?: RunHealth }> {
  if (isRunOver(run.status) || run.engine !== 'embedded') return {}
  if (!(await hasWorker(server))) return { health: NO_WORKER }
  const missing = await findRunObstacles(server.database.view<RuntimeTables>(), run)
  return missing.length === 0 ? {} : { health: noCapableWorker(missing) }
}

/** The health of the workers as readiness shows it; null if each waiting run of any tenant has a worker. */
export async function healthOfWorkers(server: ServerContext): Promise<RunHealth | null> {
  if (server.engine.kind !== 'embedded') return null
  if (!(await hasWorker(server))) return NO_WORKER
  const missing = await findObstacles(server.database.view<RuntimeTables>())
  return missing.length === 0 ? null : noCapableWorker(missing)
}

/** Most requirements that a message names. */
const NAMED = 5

function noCapableWorker(missing: readonly string[]): RunHealth {
  const more = missing.length > NAMED ? ` and ${missing.length - NAMED} more` : ''
  return {
    code: 'NO_CAPABLE_WORKER',
    message: `No running worker has ${missing.slice(0, NAMED).join(', ')}${more}`,
    remedy: 'Start a worker with these node types, and with these task queues in nodeQueues; or cancel the run.',
  }
}
