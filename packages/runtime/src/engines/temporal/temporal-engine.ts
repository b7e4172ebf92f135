import { randomBytes } from 'node:crypto'
import { MAX_DURATION_MS, TASK_QUEUE_WAIT_MS } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import {
  aFunction,
  checkOptions,
  flag,
  integerFrom,
  isOptionObject,
  listOf,
  msUpTo,
  type OptionCheck,
  optional,
  optionFault,
  text,
  timerMs,
} from '@tenon/core/options'
import { createAdmitter } from '../../admission/admitter.ts'
import { publishChange } from '../../bus.ts'
import { createCommitter } from '../../commit/committer.ts'
import { nodeTypesOf } from '../../commit/node-types.ts'
import { createDataTables } from '../../data-tables/data-tables.ts'
import type { Engine, EngineDeps, EngineFactory, StartRunRequest } from '../../engine.ts'
import { createFiles } from '../../files/files.ts'
import { createModelLedger } from '../../models/model-ledger.ts'
import { createStoredObjects } from '../../payloads/stored-objects.ts'
import { createRetentionKeeper } from '../../retention/retention-keeper.ts'
import type { RunObstacle } from '../../run-store.ts'
import { createAppender } from '../../store/appender.ts'
import { createDatabaseClock } from '../../store/database-clock.ts'
import { createInbox } from '../../store/inbox.ts'
import { createPartitionKeeper } from '../../store/log-partitions.ts'
import { createOutbox, type Outbox } from '../../store/outbox.ts'
import { queueEntryOf, requestRulesOf } from '../../store/queue-entry.ts'
import { createRequirementStore } from '../../store/requirements.ts'
import { newRunId } from '../../store/run-ref.ts'
import { findUnlistedTypes } from '../../store/temporal-workers.ts'
import { createUploadingAppender } from '../../store/uploading-appender.ts'
import { createRunRequests } from '../run-requests.ts'
import { startQueued } from '../start-queued.ts'
import { startedRun } from '../started-run.ts'
import { unlessAborted } from '../unless-aborted.ts'
import { createDeliver } from './deliver.ts'
import { connectQueues, createUnservedQueueFinder } from './find-unserved-queues.ts'
import { followStoppedShells } from './follow-stopped-shells.ts'
import { keepWorker } from './keep-worker.ts'
import { listTypes } from './list-types.ts'
import { RECONCILE_MS, type TemporalEngineOptions } from './options.ts'
import { type OutboxEntry, type OutboxRelay, startOutboxRelay } from './outbox-relay.ts'
import { createShellActivities } from './shell-activities.ts'
import { connectShellClient, type ShellClient } from './shell-client.ts'
import { createReadCommands } from './shell-commands.ts'
import type { ShellWorker } from './worker/index.ts'

/** Interval in milliseconds at which queues are swept that no process has swept after a change. */
const SWEEP_MS = 1_000

/** Parts that run between `startWorker` and `close`. */
interface Running {
  readonly client: ShellClient
  readonly relay: OutboxRelay
  readonly worker: ShellWorker
  readonly stopFollowing: () => Promise<void>
  readonly stopListing: () => Promise<void>
}

/** Requires a result of `bundleWorkflowCode`. */
const workflowBundle: OptionCheck = (value, field) =>
  isOptionObject(value) && typeof value['code'] === 'string'
    ? []
    : optionFault(field, `${field} must be the result of bundleWorkflowCode() of @temporalio/worker`)

/**
 * Creates the Temporal engine: decisions are made in the store, as on the embedded engine, and a thin durable workflow
 * executes them. Acknowledged changes are stored together with a message for Temporal, so that they survive an outage
 * of Temporal.
 *
 * @throws {@link TenonError} `OPTIONS_INVALID` for an unknown, missing or faulty option.
 *
 * @example
 * ```ts
 * createWorkflowServer({ engine: temporalEngine({ address: '127.0.0.1:7233' }), ... })
 * ```
 */
export function temporalEngine(options: TemporalEngineOptions): EngineFactory {
  checkOptions('temporalEngine', options, {
    address: text,
    namespace: optional(text),
    apiKey: optional(text),
    tls: optional(flag),
    taskQueue: optional(text),
    nodeQueues: optional(listOf(text, 'task queues')),
    tenantQueueOf: optional(aFunction('tenantQueueOf must be a function (tenantId) that returns a task queue or null')),
    tenantQueues: optional(listOf(text, 'task queues')),
    nodeQueueWaitMs: optional(msUpTo(MAX_DURATION_MS)),
    maxConcurrentNodes: optional(integerFrom(1)),
    appendLanes: optional(integerFrom(1)),
    maxPendingBytes: optional(integerFrom(1)),
    maxRunEvents: optional(integerFrom(1_000)),
    maxRunLogBytes: optional(integerFrom(1_000_000)),
    cancelGraceMs: optional(msUpTo()),
    drainMs: optional(msUpTo()),
    workflowsPath: optional(text),
    workflowBundle: optional(workflowBundle),
    maxHistoryEvents: optional(integerFrom(1)),
    reconcileMs: optional(timerMs),
  })
  return (deps) => createTemporalEngine(deps, options)
}

function createTemporalEngine(deps: EngineDeps, options: TemporalEngineOptions): Engine {
  const { database, reader, registry, bus, log } = deps
  const clock = createDatabaseClock(database)
  const { now } = clock
  const workerId = `${process.pid.toString(36)}-${randomBytes(4).toString('hex')}`
  const findType = nodeTypesOf(registry)
  const appender = createAppender(database, { lanes: options.appendLanes })
  const objects = deps.payloadStore === undefined ? null : createStoredObjects(deps.payloadStore)
  const uploading = createUploadingAppender(appender, objects)
  // Of runs that change to the embedded engine. This process drives none.
  const { tenantQueueOf: queueOf = () => null } = options
  const requirements = createRequirementStore(database, [], queueOf)
  const committer = createCommitter({
    ...{ database, objects, engine: 'temporal' as const },
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
    onRunsWoken: () => relay?.wake(),
  })
  const inbox = createInbox(database, now)
  const { reconcileMs = RECONCILE_MS } = options
  const partitions = createPartitionKeeper(database, log)
  const retention = createRetentionKeeper({ database, objects, log }, deps.retention)
  const admitter = createAdmitter({
    ...{ database, bus, log, limitsOf: deps.runLimitsOf, onAdmitted: () => relay?.wake() },
    intervalMs: SWEEP_MS,
  })
  const gone = new AbortController()
  const findUnserved = createUnservedQueueFinder(() => connectQueues(options))
  let running: Promise<Running> | null = null
  let relay: OutboxRelay | null = null

  /** Announces a change of a run to the lists and views that show it. */
  const announceRun = async (tenantId: string, runId: string): Promise<void> => {
    const run = await reader.getRun(tenantId, runId).catch(() => null)
    if (run !== null) publishChange(bus, tenantId, { kind: 'run', id: runId, workflowId: run.workflowId })
  }

  const openRelay = (client: ShellClient, outbox: Outbox): OutboxRelay => {
    const deliver = createDeliver({ client, reader, committer, outbox, now, reconcileMs })
    const onHealth = ({ tenantId, runId }: OutboxEntry, health: RunObstacle | null): void => {
      log(health === null ? 'info' : 'warn', `run.health: ${health ?? 'OK'}`, { tenantId, runId })
      void announceRun(tenantId, runId)
    }
    return startOutboxRelay(outbox, deliver, { log, onHealth })
  }
  const open = async (): Promise<Running> => {
    await clock.ready()
    const { startShellWorker } = await import('./worker/index.ts')
    const client = await connectShellClient(options, workerId, log)
    const grace = options.cancelGraceMs === undefined ? {} : { graceMs: options.cancelGraceMs }
    const attempts = {
      committer,
      findType,
      now,
      worker: workerId,
      http: deps.egress,
      files: deps.files ?? createFiles({ database, log }),
      dataTables: deps.dataTables ?? createDataTables({ database, log }),
      models: deps.models ?? createModelLedger({ database, log }),
      secrets: deps.secrets,
      log,
      ...grace,
    }
    const readCommands = createReadCommands(committer, reader, options.nodeQueueWaitMs ?? TASK_QUEUE_WAIT_MS)
    const activities = createShellActivities({
      ...{ committer, readCommands, attempts, log },
      ...{ readInbox: inbox.read, gone: gone.signal },
    })
    const start = (onFailure: (error: unknown) => void) =>
      startShellWorker(options, { identity: workerId, activities, onFailure })
    const worker = await keepWorker(start, log).catch(async (error: unknown) => {
      await client.close()
      throw error
    })
    partitions.start()
    retention.start()
    admitter.start()
    const outbox = createOutbox(database)
    relay = openRelay(client, outbox)
    const stopFollowing = followStoppedShells({ client, outbox, log })
    const stopListing = listTypes({ database, registry, workerId, log })
    return { client, relay, worker, stopFollowing, stopListing }
  }

  const requests = createRunRequests({
    ...{ kind: 'temporal', database, reader, committer, inbox, requirements, findType, now },
    secrets: deps.secrets,
    owner: () => null,
    wake: () => relay?.wake(),
  })

  return {
    kind: 'temporal',
    kinds: ['temporal'],
    start: async (request: StartRunRequest) => {
      await clock.ready()
      const { plan, ...rest } = request
      const { tenantId, runId = newRunId() } = request
      const entry = queueEntryOf(plan, request.input)
      const rules = requestRulesOf(plan, request)
      const create = { ...rest, runId, engine: 'temporal' } as const
      const startLater = async () => {
        const deps = { admitter, committer, inbox, reader, log, now }
        const { started } = await startQueued(deps, { request: create, plan, entry, rules, requires: '' })
        relay?.wake()
        return started
      }
      if (admitter.mayWait(request, entry, rules)) return startLater()
      const result = await committer.create(
        {
          ...create,
          operations: [
            { op: 'outbox', kind: 'start', delayMs: 0 },
            { op: 'outbox', kind: 'watch', delayMs: reconcileMs },
          ],
        },
        plan,
      )
      if (result.outcome === 'held') return startLater()
      relay?.wake()
      return startedRun(reader, { tenantId, runId }, result)
    },
    ...requests,
    lookForWork: () => relay?.wake(),
    pauseStarts: admitter.pauseStarts,
    resumeStarts: admitter.resumeStarts,
    unservedQueues: async (queues) => {
      if (queues.length === 0) return []
      const own = new Set(running === null ? [] : [...(options.nodeQueues ?? []), ...(options.tenantQueues ?? [])])
      const asked = queues.filter((queue) => !own.has(queue))
      return asked.length === 0 ? [] : findUnserved(asked)
    },
    missingTypes: (types) => findUnlistedTypes(database, types),
    startWorker: async () => {
      running ??= open()
      await running.catch((cause: unknown) => {
        // Temporal may start later; the caller may try again.
        running = null
        throw new TenonError('UNAVAILABLE', `Temporal does not respond at ${options.address}`, { cause })
      })
    },
    openTickWorker: async () => {
      await clock.ready()
      const client = await connectShellClient(options, workerId, log).catch((cause: unknown) => {
        throw new TenonError('UNAVAILABLE', `Temporal does not respond at ${options.address}`, { cause })
      })
      // Its workers do the rest.
      const relaying = openRelay(client, createOutbox(database))
      return {
        get runs() {
          return relaying.delivered
        },
        work: async (abortSignal) => {
          await unlessAborted(relaying.whenIdle(), abortSignal)
          return !abortSignal.aborted
        },
        close: async () => {
          await relaying.stop()
          await client.close()
        },
      }
    },
    close: async () => {
      const opened = await running?.catch(() => null)
      await opened?.stopListing()
      await opened?.stopFollowing()
      await opened?.relay.stop()
      await partitions.stop()
      await retention.stop()
      await opened?.worker.stop()
      gone.abort()
      await uploading.drain()
      await admitter.stop()
      await opened?.client.close()
    },
  }
}
