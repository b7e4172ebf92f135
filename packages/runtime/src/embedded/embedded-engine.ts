import { randomBytes, randomUUID } from 'node:crypto'
import { createCommitter } from '../commit/create-committer.ts'
import { nodeTypesOf } from '../commit/node-types.ts'
import type { Engine, EngineFactory, EnginePorts, StartRunRequest } from '../engine.ts'
import { createAppender } from '../store/create-appender.ts'
import { createDatabaseClock } from '../store/database-clock.ts'
import { createPartitionKeeper } from '../store/log-partitions.ts'
import { createInbox } from '../store/run-inbox.ts'
import { createWorker } from './create-worker.ts'
import { createDispatchStore } from './dispatch-store.ts'
import { createLease } from './lease.ts'
import { createNodeSlots } from './node-slots.ts'
import type { EmbeddedEngineOptions } from './options.ts'
import { createPoller, ENGINE_TOPIC } from './poller.ts'

/**
 * The default engine: runs are carried out in the processes of the host, over its own database. Survives a kill at any
 * point; several processes share the runs on Postgres.
 *
 * @example
 * ```ts
 * createWorkflowServer({ engine: embeddedEngine({ concurrency: 200 }), ... })
 * ```
 */
export function embeddedEngine(options: EmbeddedEngineOptions = {}): EngineFactory {
  return (ports) => createEmbeddedEngine(ports, options)
}

function createEmbeddedEngine(ports: EnginePorts, options: EmbeddedEngineOptions): Engine {
  const { database, reader, registry, bus, log } = ports
  const { concurrency = 64, maxRuns = 1_000, pollIntervalMs = 1_000, leaseMs = 8_000 } = options
  const { cancelGraceMs = 10_000, drainMs = 10_000 } = options
  const clock = createDatabaseClock(database, options.now)
  const { now } = clock
  const workerId = `${processPrefix()}${randomBytes(4).toString('hex')}`
  const findType = nodeTypesOf(registry)
  const appender = createAppender(database)
  const committer = createCommitter({ database, appender, findType, bus, log, now })
  const dispatch = createDispatchStore(database, workerId)
  const lease = createLease(dispatch, { leaseMs, monotonicMs: () => performance.now() })
  const slots = createNodeSlots(concurrency)
  const inbox = createInbox(database, now)
  const wakeAt = (at: number): void => poller.wakeAt(at)
  const worker = createWorker({
    ...{ ...ports, workerId, committer, findType, dispatch, lease, slots },
    ...{ now, clock, cancelGraceMs, wakeAt },
  })
  const poller = createPoller({ dispatch, lease, worker, bus, log, now, pollIntervalMs, leaseMs, maxRuns })
  const partitions = createPartitionKeeper(database, log)
  let isClosed = false

  /** Lets the worker of this process see to a run, or tells the others. */
  const notify = (run: { tenantId: string; runId: string; owner: string | null }): void => {
    if (run.owner === workerId) worker.tend(run)
    else bus.publish(ENGINE_TOPIC, { wake: true })
  }
  const owner = (): string | null =>
    poller.isRunning && lease.isValid() && worker.claimed.size < maxRuns ? workerId : null

  const start = async (request: StartRunRequest) => {
    await clock.ready()
    const { plan, ...rest } = request
    const { tenantId, runId = randomUUID() } = request
    const mine = owner()
    const run = { tenantId, runId }
    const take = mine === null ? {} : { take: worker.takeFor(run) }
    // What this worker has taken in hand it looks after, whatever became of the start.
    const tendIfClaimed = (): void => {
      if (worker.isClaimed(run)) worker.tend(run)
    }
    const operations = [{ op: 'ready', workerId: mine }] as const
    const create = { ...rest, ...take, runId, engine: 'embedded', operations, worker: workerId } as const
    const result = await committer.create(create, plan).catch((error: unknown) => {
      tendIfClaimed()
      throw error
    })
    if (result.outcome !== 'committed') {
      tendIfClaimed()
      const known = await reader.getRun(tenantId, runId)
      return { runId, status: known?.status ?? 'queued', startedAt: known?.startedAt ?? null }
    }
    if (mine !== null) worker.follow(run, result)
    else notify({ ...run, owner: null })
    return { runId, status: result.status, startedAt: result.events[0]?.at ?? null }
  }

  const leave = async (): Promise<void> => {
    try {
      await dispatch.leave()
    } catch (error) {
      // Its runs become free when the lease is over.
      log('warn', 'This worker cannot sign off', {
        workerId,
        reason: error instanceof Error ? error.message : 'unknown',
      })
    }
  }

  return {
    kind: 'embedded',
    start,
    decide: async (tenantId, approvalId, vote, alongside) => {
      const put = await inbox.decide(tenantId, approvalId, vote, { workerId: owner(), alongside })
      if (put.outcome === 'accepted') notify({ tenantId, ...put })
      return { outcome: put.outcome }
    },
    cancel: async (tenantId, runId, actor, alongside) => {
      const put = await inbox.cancel(tenantId, runId, actor, { workerId: owner(), alongside })
      if (put.outcome === 'accepted') notify({ tenantId, ...put })
      return { outcome: put.outcome }
    },
    // Every worker carries every node out.
    unservedQueues: async () => [],
    startWorker: async () => {
      if (isClosed || poller.isRunning) return
      if (database.dialect === 'pglite') await dispatch.freeOthers(processPrefix())
      await clock.ready()
      await poller.start()
      partitions.start()
    },
    close: async () => {
      if (isClosed) return
      isClosed = true
      const wasRunning = poller.isRunning
      // First, so that nothing new begins; the lease is kept until the last body has ended.
      const drained = worker.drain(drainMs)
      await poller.pause()
      await drained
      await poller.stop()
      await partitions.stop()
      await appender.drain()
      if (wasRunning) await leave()
    },
  }
}

/** The same for all engines of a process and for no other process. */
function processPrefix(): string {
  return `${process.pid.toString(36)}-${Math.round(performance.timeOrigin).toString(36)}-`
}
