import type { RunHealth } from '@tenon/core/api'
import type { TenantId } from '@tenon/core/document'
import { isRunOver } from '@tenon/core/run'
import { findObstacles, findRunObstacles, type RunObstacle, type RuntimeTables, type StoredRun } from '@tenon/runtime'
import { databaseNow } from '@tenon/runtime/postgres'
import type { ServerContext } from '../context.ts'
import { hasTickedLately } from '../tables/schedule-outage-repository.ts'

/** Health of a run while no worker is running. */
const NO_WORKER: RunHealth = Object.freeze({
  code: 'NO_WORKER',
  message: 'No worker is running: runs wait until one starts',
  remedy: 'Call startWorker() in this process, or start a process with createWorker().',
})

/** Health of a run while no process calls `tick()`. */
const NO_TICK: RunHealth = Object.freeze({
  code: 'NO_WORKER',
  message: 'No process has called tick() for some minutes: runs wait until one does',
  remedy: 'Call automation.tick() at least once every two minutes, such as by a cron.',
})

const ON_TEMPORAL: Readonly<Record<RunObstacle, RunHealth>> = Object.freeze({
  NO_WORKER: {
    code: 'NO_WORKER',
    message: 'No worker takes the run: none serves its task queue, or all are busy',
    remedy: 'Call startWorker() in a process that serves the task queue, and check its connection to Temporal.',
  },
  NO_CAPABLE_WORKER: {
    code: 'NO_CAPABLE_WORKER',
    message: 'The workers that take the run lack the type of its next node',
    remedy: 'Start a worker with the node types of the version; the run then continues. Or cancel the run.',
  },
  STUCK: {
    code: 'STUCK',
    message: 'The workflow of the run on Temporal fails again and again',
    remedy: 'Look up the workflow with the id of the run in Temporal, and the logs of the workers; or cancel the run.',
  },
  ENGINE_UNAVAILABLE: {
    code: 'ENGINE_UNAVAILABLE',
    message: 'Temporal does not answer',
    remedy: 'Check that Temporal is running and reachable; the run continues when it answers again.',
  },
})

/**
 * Finds what executes the runs of the embedded engine on this database: workers; ticks, of which none may be in progress in
 * this moment; or nothing. Of Temporal, its server knows: workers.
 */
async function findExecution({
  engine,
  database,
}: Pick<ServerContext, 'engine' | 'database'>): Promise<'workers' | 'ticks' | 'none'> {
  if (engine.kind !== 'embedded') return 'workers'
  return database.withSystem(async (tx) => {
    const worker = await tx
      .selectFrom('workers')
      .select('worker_id')
      .where('lease_until', '>', databaseNow)
      .limit(1)
      .executeTakeFirst()
    if (worker !== undefined) return 'workers'
    return (await hasTickedLately(tx)) ? 'ticks' : 'none'
  })
}

/**
 * Finds what holds up the open runs of a page, by run id. Asks once for all of them; each run of the embedded engine alone
 * only while some run of any tenant finds no worker that can continue it.
 */
export async function healthOfRuns(
  server: ServerContext,
  tenantId: TenantId,
  runs: readonly StoredRun[],
): Promise<ReadonlyMap<string, RunHealth>> {
  const open = runs.filter((run) => !isRunOver(run.status))
  const embedded = open.filter((run) => run.engine === 'embedded')
  const temporal = open.filter((run) => run.engine === 'temporal').map((run) => run.runId)
  const obstacles =
    temporal.length === 0 ? new Map<string, RunObstacle>() : await server.reader.readObstacles(tenantId, temporal)
  return new Map<string, RunHealth>([
    ...(await healthOfEmbedded(server, embedded)),
    ...[...obstacles].map(([runId, obstacle]) => [runId, ON_TEMPORAL[obstacle]] as const),
  ])
}

async function healthOfEmbedded(
  server: ServerContext,
  runs: readonly StoredRun[],
): Promise<readonly (readonly [string, RunHealth])[]> {
  if (runs.length === 0) return []
  const execution = await findExecution(server)
  if (execution === 'ticks') return []
  if (execution === 'none') return runs.map(({ runId }) => [runId, noWorker(server)] as const)
  const database = server.database.view<RuntimeTables>()
  if (runs.length > 1 && (await findObstacles(database)).length === 0) return []
  const found: (readonly [string, RunHealth])[] = []
  for (const run of runs) {
    const missing = await findRunObstacles(database, run)
    if (missing.length > 0) found.push([run.runId, noCapableWorker(missing)])
  }
  return found
}

/** The health of the workers as readiness shows it; null if each waiting run of any tenant has a worker. */
export async function healthOfWorkers(server: ServerContext): Promise<RunHealth | null> {
  if (server.engine.kind !== 'embedded') return null
  const execution = await findExecution(server)
  if (execution !== 'workers') return execution === 'ticks' ? null : noWorker(server)
  const missing = await findObstacles(server.database.view<RuntimeTables>())
  return missing.length === 0 ? null : noCapableWorker(missing)
}

function noWorker({ hasBackground }: Pick<ServerContext, 'hasBackground'>): RunHealth {
  return hasBackground ? NO_WORKER : NO_TICK
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
