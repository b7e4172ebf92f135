import { randomBytes } from 'node:crypto'
import { MAX_DURATION_MS, TASK_QUEUE_WAIT_MS } from '@tenon/core/document'
import {
  aFunction,
  atLeastOne,
  checkOptions,
  integerFrom,
  listOf,
  msUpTo,
  type OptionCheck,
  optional,
  optionFault,
  text,
  timerMs,
} from '@tenon/core/options'
import { createCommitter } from '../commit/create-committer.ts'
import { nodeTypesOf } from '../commit/node-types.ts'
import type { Engine, EngineFactory, EnginePorts, StartRunRequest } from '../engine.ts'
import { createAppender } from '../store/create-appender.ts'
import { createDatabaseClock } from '../store/database-clock.ts'
import { createPartitionKeeper } from '../store/log-partitions.ts'
import { capabilitiesOf } from '../store/requirements.ts'
import { newRunId } from '../store/run-id.ts'
import { createInbox } from '../store/run-inbox.ts'
import { watchProgress } from '../store/watch-progress.ts'
import { createWorker } from './create-worker.ts'
import { createDispatchRunner } from './dispatch-runner.ts'
import { createDispatchStore } from './dispatch-store.ts'
import { findUnservedQueues } from './find-unserved-queues.ts'
import { createLease } from './lease.ts'
import { createNodeSlots } from './node-slots.ts'
import type { EmbeddedEngineOptions } from './options.ts'
import { createPoller, ENGINE_TOPIC } from './poller.ts'
import { createPresence } from './presence.ts'
import { createRequirementStore } from './requirement-store.ts'

/**
 * The default engine: the processes of the host execute runs, over its own database. Survives a kill at any point; on
 * Postgres several processes share the runs, each those that it has the node types for.
 *
 * @throws {@link TenonError} `OPTIONS_INVALID` for an unknown or faulty option.
 * @see docs/guides/several-workers.md
 *
 * @example
 * ```ts
 * createWorkflowServer({ engine: embeddedEngine({ concurrency: 200 }), ... })
 * ```
 */
export function embeddedEngine(options: EmbeddedEngineOptions = {}): EngineFactory {
  checkOptions('embeddedEngine', options, {
    concurrency: optional(integerFrom(1)),
    maxRuns: optional(atLeastOne),
    nodeQueues: optional(listOf(text, 'task queues')),
    nodeQueueWaitMs: optional(msUpTo(MAX_DURATION_MS)),
    reservedSlots: optional(reservedSlotsOf(options?.concurrency ?? 64)),
    tenantWeight: optional(aFunction('tenantWeight must be a function (tenantId) that returns a number above 0')),
    pollIntervalMs: optional(timerMs),
    leaseMs: optional(timerMs),
    busyGraceMs: optional(msUpTo()),
    cancelGraceMs: optional(msUpTo()),
    drainMs: optional(msUpTo()),
    now: optional(aFunction('now must be a function that returns milliseconds since the Unix epoch')),
  })
  return (ports) => createEmbeddedEngine(ports, options)
}

/** Requires fewer slots than there are: otherwise no tenant could fill one. */
const reservedSlotsOf =
  (concurrency: number): OptionCheck =>
  (value, field) => {
    const faults = integerFrom(0)(value, field)
    if (faults.length > 0 || Number(value) < concurrency) return faults
    return optionFault(field, `${field} must be below concurrency, which is ${concurrency} (got ${String(value)})`)
  }

/** A busy worker claims so small a share of its slots at once. */
const BUSY_SHARE = 16

function createEmbeddedEngine(ports: EnginePorts, options: EmbeddedEngineOptions): Engine {
  const { database, reader, registry, bus, log } = ports
  const { concurrency = 64, maxRuns = 1_000, pollIntervalMs = 1_000, leaseMs = 8_000 } = options
  const { cancelGraceMs = 10_000, drainMs = 10_000, nodeQueues = [] } = options
  const { reservedSlots = Math.floor(concurrency / 8), tenantWeight = () => 1 } = options
  const { nodeQueueWaitMs = TASK_QUEUE_WAIT_MS, busyGraceMs = 8 * leaseMs } = options
  const clock = createDatabaseClock(database, options.now)
  const { now } = clock
  const workerId = `${processPrefix()}${randomBytes(4).toString('hex')}`
  const findType = nodeTypesOf(registry)
  const monotonicMs = () => performance.now()
  const appender = watchProgress(createAppender(database), { stallMs: leaseMs, monotonicMs })
  const committer = createCommitter({ database, appender, findType, bus, log, now })
  const capabilities = capabilitiesOf(registry, nodeQueues)
  const requirements = createRequirementStore(database, capabilities)
  const dispatch = createDispatchStore(database, { workerId, capabilities, busyGraceMs })
  const lease = createLease(dispatch, { leaseMs, monotonicMs })
  const slots = createNodeSlots({ capacity: concurrency, reserved: reservedSlots, weightOf: tenantWeight })
  const inbox = createInbox(database, now)
  const presence = createPresence(busyGraceMs === 0 ? null : database, workerId, log)
  const wakeAt = (at: number): void => poller.wakeAt(at)
  const wakeWorkers = (): void => bus.publish(ENGINE_TOPIC, { wake: true })
  const workerDeps = {
    ...{ ...ports, workerId, committer, findType, dispatch, lease, slots },
    ...{ now, clock, cancelGraceMs, wakeAt, wakeWorkers },
  }
  const worker = createWorker(workerDeps)
  const dispatches = createDispatchRunner(workerDeps)
  const limits = () => {
    const held = new Map(worker.heldByTenant())
    for (const tenantId of dispatches.tenants()) held.set(tenantId, (held.get(tenantId) ?? 0) + 1)
    // A worker without a free slot still drives a few runs: a message to a run need not wait for the end of a body.
    const room = Math.max(slots.free, Math.ceil(concurrency / BUSY_SHARE))
    const capacity = Math.max(0, Math.min(maxRuns - worker.claimed.size, room))
    const mostOfTenant = Math.max(1, concurrency - reservedSlots)
    return { capacity, held, mostOfTenant, weightOf: tenantWeight, queueWaitMs: nodeQueueWaitMs }
  }
  const poller = createPoller({
    ...{ dispatch, lease, worker, dispatches, bus, log, now, pollIntervalMs, leaseMs, limits },
    mayRenew: () => !appender.isStalled(),
    onRenew: () => presence.keep(),
  })
  const partitions = createPartitionKeeper(database, log)
  let isClosed = false

  /** Drives a run that this worker owns, or wakes the workers of all processes. */
  const wake = (run: { tenantId: string; runId: string; owner: string | null }): void => {
    if (run.owner === workerId) worker.drive(run)
    else wakeWorkers()
  }
  /** The worker of this process if it may own one more run. */
  const owner = (): string | null =>
    poller.isRunning && lease.isValid() && worker.claimed.size < maxRuns ? workerId : null
  /**
   * The worker of this process if it begins a new run itself, which is fastest: as long as it has no more than its share
   * of the slots of all workers in use. Other runs are for the worker that claims them first.
   */
  const starter = (): string | null => (slots.inUse < Math.ceil(concurrency / poller.workers) ? owner() : null)

  const start = async (request: StartRunRequest) => {
    await clock.ready()
    const { plan, ...rest } = request
    const { tenantId, runId = newRunId() } = request
    const prepared = await requirements.prepare(tenantId, plan)
    const mine = prepared.canDrive ? starter() : null
    const run = { tenantId, runId }
    const take = mine === null ? {} : { take: worker.takeFor(run) }
    // A node that has begun here is driven, whatever the result of the start.
    const driveIfClaimed = (): void => {
      if (worker.isClaimed(run)) worker.drive(run)
    }
    const operations = [{ op: 'ready', workerId: mine, requires: prepared.requires }] as const
    const create = { ...rest, ...take, runId, engine: 'embedded', operations, worker: workerId } as const
    const result = await committer.create(create, plan).catch((error: unknown) => {
      driveIfClaimed()
      throw error
    })
    if (result.outcome !== 'committed') {
      driveIfClaimed()
      const known = await reader.getRun(tenantId, runId)
      return { runId, status: known?.status ?? 'queued', startedAt: known?.startedAt ?? null }
    }
    if (mine !== null) worker.follow(run, result)
    else wake({ ...run, owner: null })
    return { runId, status: result.status, startedAt: result.events[0]?.at ?? null }
  }

  const leave = async (): Promise<void> => {
    try {
      await dispatch.leave()
    } catch (error) {
      log('warn', 'worker.leave_failed: its runs are free when its lease expires', {
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
      if (put.outcome === 'accepted') wake({ tenantId, ...put })
      return { outcome: put.outcome }
    },
    cancel: async (tenantId, runId, actor, alongside) => {
      const put = await inbox.cancel(tenantId, runId, actor, { workerId: owner(), alongside })
      if (put.outcome === 'accepted') wake({ tenantId, ...put })
      return { outcome: put.outcome }
    },
    unservedQueues: (queues) => findUnservedQueues(database, queues),
    startWorker: async () => {
      if (isClosed || poller.isRunning) return
      if (database.dialect === 'pglite') await dispatch.freeOthers(processPrefix())
      await clock.ready()
      await presence.start()
      await poller.start()
      partitions.start()
    },
    close: async () => {
      if (isClosed) return
      isClosed = true
      const wasRunning = poller.isRunning
      // First, so that nothing new begins; the lease is kept until the last body has ended.
      const drained = Promise.all([worker.drain(drainMs), dispatches.drain(drainMs)])
      await poller.pause()
      await drained
      await poller.stop()
      await partitions.stop()
      await appender.drain()
      if (wasRunning) await leave()
      await presence.stop()
    },
  }
}

/** The same for all engines of a process and for no other process. */
function processPrefix(): string {
  return `${process.pid.toString(36)}-${Math.round(performance.timeOrigin).toString(36)}-`
}
