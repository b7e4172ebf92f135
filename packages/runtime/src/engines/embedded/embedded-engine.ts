import { randomBytes } from 'node:crypto'
import { TASK_QUEUE_WAIT_MS } from '@tenon/core/document'
import { createAdmitter } from '../../admission/admitter.ts'
import { ENGINE_TOPIC } from '../../bus.ts'
import { createCommitter } from '../../commit/committer.ts'
import { nodeTypesOf } from '../../commit/node-types.ts'
import { createDataTables } from '../../data-tables/data-tables.ts'
import type { Engine, EngineDeps, EngineFactory, StartRunRequest } from '../../engine.ts'
import { createFiles } from '../../files/files.ts'
import { createModelLedger } from '../../models/model-ledger.ts'
import { createStoredObjects } from '../../payloads/stored-objects.ts'
import { reasonOf } from '../../reason-of.ts'
import { createRetentionKeeper } from '../../retention/retention-keeper.ts'
import { createAppender } from '../../store/appender.ts'
import { createDatabaseClock } from '../../store/database-clock.ts'
import { createDispatchStore } from '../../store/dispatch-store.ts'
import { createInbox } from '../../store/inbox.ts'
import { createPartitionKeeper } from '../../store/log-partitions.ts'
import { findMissingTypes, findUnservedQueues } from '../../store/obstacles.ts'
import { queueEntryOf, requestRulesOf } from '../../store/queue-entry.ts'
import { capabilitiesOf, createRequirementStore } from '../../store/requirements.ts'
import { newRunId, runKey } from '../../store/run-ref.ts'
import { createUploadingAppender } from '../../store/uploading-appender.ts'
import { watchProgress } from '../../store/watch-progress.ts'
import { createRunRequests } from '../run-requests.ts'
import { startQueued } from '../start-queued.ts'
import { startedRun } from '../started-run.ts'
import { createDispatchRunner } from './dispatch-runner.ts'
import { checkEmbeddedOptions, type EmbeddedEngineOptions } from './embedded-options.ts'
import { createLease } from './lease.ts'
import { createNodeSlots } from './node-slots.ts'
import { createPoller } from './poller.ts'
import { createPresence } from './presence.ts'
import { openTickWorker, type TickParts } from './tick-worker.ts'
import { createWorker } from './worker.ts'

/**
 * Creates the default engine: the processes of the host execute runs, with its own database. Survives a kill at any
 * point; on Postgres several processes share the runs, and each executes those whose node types it has.
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
  checkEmbeddedOptions(options)
  return (deps) => assemble(deps, options).engine
}

/** Smallest share of its slots that a busy worker claims at once. */
const BUSY_SHARE = 16
/** Errors of a run after which a tick leaves it to the next one, which is called when the host wants it. */
const MOST_ERRORS_OF_TICK = 2

/** @param isTick - True for an engine that works for one tick: it shows no presence, since its process may be suspended. */
function assemble(
  deps: EngineDeps,
  options: EmbeddedEngineOptions,
  isTick = false,
): { readonly engine: Engine; readonly tick: TickParts } {
  const { database, reader, registry, bus, log } = deps
  const { concurrency = 64, maxRuns = 1_000, pollIntervalMs = 1_000, leaseMs = 8_000 } = options
  const { cancelGraceMs = 10_000, drainMs = 10_000, nodeQueues = [], tenantQueues = [] } = options
  const { tenantQueueOf: queueOf = () => null } = options
  const { reservedSlots = Math.floor(concurrency / 8), tenantWeight = () => 1 } = options
  const { nodeQueueWaitMs = TASK_QUEUE_WAIT_MS, busyGraceMs = 8 * leaseMs } = options
  const clock = createDatabaseClock(database, options.now)
  const { now } = clock
  const workerId = `${processPrefix()}${randomBytes(4).toString('hex')}`
  const findType = nodeTypesOf(registry)
  const monotonicMs = () => performance.now()
  const capabilities = capabilitiesOf(registry, [...nodeQueues, ...tenantQueues])
  const requirements = createRequirementStore(database, capabilities, queueOf)
  const appender = watchProgress(createAppender(database, { lanes: options.appendLanes }), {
    stallMs: leaseMs,
    monotonicMs,
  })
  const objects = deps.payloadStore === undefined ? null : createStoredObjects(deps.payloadStore)
  const uploading = createUploadingAppender(appender, objects)
  const committer = createCommitter({
    ...{ database, objects, engine: 'embedded' as const },
    appender: uploading,
    findType,
    queueOf,
    bus,
    log,
    now,
    maxPendingBytes: options.maxPendingBytes,
    maxRunEvents: options.maxRunEvents,
    maxRunLogBytes: options.maxRunLogBytes,
    checkChildInput: deps.checkChildInput,
    requirementsOf: async (tenantId, plan) => (await requirements.prepare(tenantId, plan)).requires,
    onQueueChanged: (change) => admitter.sweepAfter(change),
    onRunsWoken: (runs) => {
      for (const run of runs) if (worker.isClaimed(run)) worker.drive(run)
      // Others may own them, or claim them.
      if (!runs.every(worker.isClaimed)) wakeWorkers()
    },
  })
  const dispatch = createDispatchStore(database, { workerId, capabilities, busyGraceMs })
  const lease = createLease(dispatch, { leaseMs, monotonicMs })
  const slots = createNodeSlots({ capacity: concurrency, reserved: reservedSlots, weightOf: tenantWeight })
  const inbox = createInbox(database, now)
  const presence = createPresence(busyGraceMs === 0 || isTick ? null : database, workerId, log)
  const wakeAt = (at: number): void => poller.wakeAt(at)
  const wakeWorkers = (): void => bus.publish(ENGINE_TOPIC, { wake: true })
  const files = deps.files ?? createFiles({ database, log })
  const dataTables = deps.dataTables ?? createDataTables({ database, log })
  const models = deps.models ?? createModelLedger({ database, log })
  const workerDeps = {
    ...{ ...deps, files, dataTables, models, workerId, committer, findType, dispatch, lease, slots },
    ...{ now, clock, cancelGraceMs, wakeAt, wakeWorkers },
  }
  const worker = createWorker(workerDeps)
  const dispatches = createDispatchRunner(workerDeps)
  const limits = () => {
    const held = new Map(worker.heldByTenant())
    for (const tenantId of dispatches.tenants()) held.set(tenantId, (held.get(tenantId) ?? 0) + 1)
    // A worker without a free slot still drives a few runs, so that messages to runs do not wait for the end of a body.
    const room = Math.max(slots.free, Math.ceil(concurrency / BUSY_SHARE))
    const capacity = Math.max(0, Math.min(maxRuns - worker.claimed.size, room))
    const mostOfTenant = Math.max(1, concurrency - reservedSlots)
    return { capacity, held, mostOfTenant, weightOf: tenantWeight, queueWaitMs: nodeQueueWaitMs }
  }
  const driven = new Set<string>()
  const noteDriven: typeof dispatch.findWork = async (request) => {
    const found = await dispatch.findWork(request)
    for (const run of [...found.runs, ...found.dispatches.claimed]) driven.add(runKey(run))
    return found
  }
  const poller = createPoller({
    ...{
      dispatch: isTick ? { ...dispatch, findWork: noteDriven } : dispatch,
      lease,
      worker,
      dispatches,
      bus,
      log,
      now,
      pollIntervalMs,
      leaseMs,
      limits,
    },
    mayRenew: () => !appender.isStalled(),
    onRenew: () => presence.keep(),
  })
  const partitions = createPartitionKeeper(database, log)
  const retention = createRetentionKeeper({ database, objects, log }, deps.retention)
  const admitter = createAdmitter({
    ...{ database, bus, log, limitsOf: deps.runLimitsOf, onAdmitted: () => wakeWorkers() },
    intervalMs: pollIntervalMs,
  })
  let isClosed = false

  /** Returns the worker of this process if it may own one more run. */
  const owner = (): string | null =>
    poller.isRunning && lease.isValid() && worker.claimed.size < maxRuns ? workerId : null
  /**
   * Returns the worker of this process if it starts a new run itself, which is fastest, as long as it uses no more than
   * its share of the slots of all workers. Other runs are claimed by any worker.
   */
  const starter = (): string | null => (slots.inUse < Math.ceil(concurrency / poller.workers) ? owner() : null)

  const requests = createRunRequests({
    ...{ kind: 'embedded', database, reader, committer, inbox, requirements, findType, now, owner },
    secrets: deps.secrets,
    wake: (runs) => {
      for (const run of runs) {
        if (run.owner === workerId) worker.drive(run)
        else wakeWorkers()
      }
    },
  })

  const start = async (request: StartRunRequest) => {
    await clock.ready()
    const { plan, ...rest } = request
    const { tenantId, runId = newRunId() } = request
    const entry = queueEntryOf(plan, request.input)
    const rules = requestRulesOf(plan, request)
    const prepared = await requirements.prepare(tenantId, plan)
    const mine = prepared.canDrive ? starter() : null
    const run = { tenantId, runId }
    const startLater = async () => {
      const queued = {
        request: { ...rest, runId, engine: 'embedded' },
        plan,
        entry,
        rules,
        requires: prepared.requires,
      } as const
      const { started, isAdmitted } = await startQueued({ admitter, committer, inbox, reader, log, now }, queued)
      if (isAdmitted && mine !== null) worker.drive(run)
      else if (isAdmitted) wakeWorkers()
      return started
    }
    if (admitter.mayWait(request, entry, rules)) return startLater()
    const acquireSlot = mine === null ? undefined : worker.slotsFor(run)
    // A node that has begun here is driven, whatever the result of the start.
    const driveIfClaimed = (): void => {
      if (worker.isClaimed(run)) worker.drive(run)
    }
    const { priority } = entry
    const operations = [{ op: 'ready', workerId: mine, requires: prepared.requires, priority }] as const
    const create = { ...rest, acquireSlot, runId, engine: 'embedded', operations, worker: workerId } as const
    const result = await committer.create(create, plan).catch((error: unknown) => {
      driveIfClaimed()
      throw error
    })
    if (result.outcome === 'held') return startLater()
    if (result.outcome !== 'committed') driveIfClaimed()
    else if (mine !== null) worker.follow(run, result)
    else wakeWorkers()
    return startedRun(reader, run, result)
  }

  const leave = async (): Promise<void> => {
    try {
      await dispatch.leave()
    } catch (error) {
      log('warn', 'worker.leave_failed: its runs are free when its lease expires', {
        workerId,
        reason: reasonOf(error),
      })
    }
  }

  const startWork = async (): Promise<void> => {
    if (database.dialect === 'pglite') await dispatch.freeOthers(processPrefix())
    await clock.ready()
    await presence.start()
    await poller.start()
    partitions.start()
    admitter.start()
  }
  const close = async (waitMs: number): Promise<void> => {
    if (isClosed) return
    isClosed = true
    const wasRunning = poller.isRunning
    // First, so that nothing new begins; the lease is kept until the last body has ended.
    const drained = Promise.all([worker.drain(waitMs), dispatches.drain(waitMs)])
    await poller.pause()
    await drained
    await poller.stop()
    await partitions.stop()
    await retention.stop()
    await uploading.drain()
    await admitter.stop()
    if (wasRunning) await leave()
    await presence.stop()
  }
  const engine: Engine = {
    kind: 'embedded',
    kinds: ['embedded'],
    start,
    ...requests,
    lookForWork: wakeWorkers,
    pauseStarts: admitter.pauseStarts,
    resumeStarts: admitter.resumeStarts,
    unservedQueues: (queues) => findUnservedQueues(database, queues),
    missingTypes: (types) => findMissingTypes(database, types),
    startWorker: async () => {
      if (isClosed || poller.isRunning) return
      await startWork()
      retention.start()
    },
    openTickWorker: () => openTickWorker(assemble(deps, options, true).tick),
    close: () => close(drainMs),
  }
  const tick: TickParts = {
    get runs() {
      return driven.size
    },
    start: startWork,
    look: poller.look,
    isBusy: () =>
      [...worker.claimed.values()].some(({ errors }) => errors < MOST_ERRORS_OF_TICK) ||
      dispatches.tenants().length > 0,
    whenIdle: async () => {
      await Promise.all([worker.whenIdle(), dispatches.whenIdle(), admitter.whenIdle()])
    },
    sweepRetention: retention.sweepNow,
    close,
  }
  return { engine, tick }
}

/** Returns a prefix that is the same for all engines of a process and unique among processes. */
function processPrefix(): string {
  return `${process.pid.toString(36)}-${Math.round(performance.timeOrigin).toString(36)}-`
}
