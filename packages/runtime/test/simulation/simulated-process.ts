import type { Json } from '@tenon/core/document'
import type { NodeRegistry } from '@tenon/core/node'
import { type Bus, ENGINE_TOPIC } from '../../src/bus.ts'
import { createCommitterOf } from '../../src/commit/committer.ts'
import { nodeTypesOf } from '../../src/commit/node-types.ts'
import type { NodeData } from '../../src/data-tables/node-tables.ts'
import { createDispatchRunner } from '../../src/engines/embedded/dispatch-runner.ts'
import { createLease } from '../../src/engines/embedded/lease.ts'
import { createNodeSlots } from '../../src/engines/embedded/node-slots.ts'
import { createPoller } from '../../src/engines/embedded/poller.ts'
import { createWorker, type Worker } from '../../src/engines/embedded/worker.ts'
import type { QueuedStart } from '../../src/engines/start-queued.ts'
import type { Files } from '../../src/files/files.ts'
import type { Plan } from '../../src/interpreter/plan.ts'
import type { ModelLedger } from '../../src/models/model-ledger.ts'
import type { Append, AppendResult } from '../../src/store/append.ts'
import { queueEntryOf, requestRulesOf } from '../../src/store/queue-entry.ts'
import { type RunRef, runKey } from '../../src/store/run-ref.ts'
import { type Immediate, memoryDispatch } from './memory-dispatch.ts'
import { type Answer, type MemoryInbox, memoryInbox } from './memory-inbox.ts'
import { memoryLogs } from './memory-logs.ts'
import type { MemoryTables } from './memory-tables.ts'
import { simulatedQueue } from './simulated-queue.ts'
import type { Owner, World } from './world.ts'

/** A run that a client starts. */
export interface RunToStart extends RunRef {
  readonly workflowId: string
  readonly plan: Plan
  /** @defaultValue `{}` */
  readonly input?: Json
}

/** A process with a worker of the embedded engine, on the store of the world. */
export interface SimulatedProcess {
  readonly owner: Owner
  readonly worker: Worker
  /** Starts a run as a request of a client does; resolves once it is acknowledged. */
  start(run: RunToStart): Promise<void>
  /** Hands a message to the inbox of a run; resolves with what the client is answered. */
  send(run: RunRef, name: keyof MemoryInbox, put: (inbox: MemoryInbox) => Answer): Promise<Answer>
}

/** Sizes of the engine, short enough that leases expire and slots are full within a simulation. */
export interface ProcessSizes {
  readonly slots: number
  readonly maxRuns: number
  readonly leaseMs: number
  readonly busyGraceMs: number
  readonly maxSessionBytes: number
}

/** The parts of a simulation that its processes share. */
export interface SimulatedGround {
  readonly world: World
  readonly tables: MemoryTables
  readonly registry: NodeRegistry
  readonly sizes: ProcessSizes
  /** Processes that are connected to the bus. */
  readonly processes: () => readonly SimulatedProcess[]
  readonly listeners: Map<Owner, Map<string, Set<() => void>>>
  /** Stores an append, by the real rules or with a planted fault. */
  readonly store: (append: Append) => AppendResult
}

/** A call of a store as a request. */
interface StoreCall {
  readonly name: string
  readonly args: readonly unknown[]
  readonly execute: () => unknown
}

/** Calls a store as its clients do: each call is a request that the world orders, with the name of the call as its label. */
function over<Store extends object>(
  world: World,
  kind: string,
  store: Immediate<Store>,
  send: (call: StoreCall, labels: readonly string[]) => Promise<unknown> = ({ execute }, labels) =>
    world.request(execute, { labels }),
): Store {
  const calls = Object.entries(store).map(([name, call]) => {
    const labels = [`${kind}.${name}`]
    const called = call as (...given: readonly unknown[]) => unknown
    return [name, (...args: readonly unknown[]) => send({ name, args, execute: () => called(...args) }, labels)]
  })
  return Object.fromEntries(calls)
}

/** Sends a call of the dispatch store: the commits of those that lock the row of a run may come late. */
function sendDispatch(world: World, { name, args, execute }: StoreCall, labels: readonly string[]): Promise<unknown> {
  if (name !== 'acquire' && name !== 'release') return world.request(execute, { labels })
  const [run, isUncertain] = args as [RunRef, boolean | undefined]
  const locks = [runKey(run)]
  // A statement that has waited sees the new row only where it updates it, and an owned run is not updated.
  const acquire = (hasWaited: boolean) => (hasWaited && isUncertain !== true ? null : execute())
  return world.request(name === 'acquire' ? acquire : execute, { labels, locks, mayCommitLate: true })
}

/** Returns the rows that an append locks: those of its run, and of runs to which it sends messages. */
function locksOf({ tenantId, runId, operations }: Append): readonly string[] {
  const others = operations.flatMap((o) => ('runId' in o && o.runId !== undefined ? [o.runId] : []))
  return [runId, ...others].map((id) => runKey({ tenantId, runId: id }))
}

/** Returns the labels of an append: its kind, and its operations. */
function labelsOf({ kind, operations }: Append): readonly string[] {
  return [`append.${kind}`, ...operations.map(({ op }) => `append/${op}`)]
}

function busOf({ world, processes, listeners }: SimulatedGround, owner: Owner): Bus {
  const own = new Map<string, Set<() => void>>()
  listeners.set(owner, own)
  return {
    publish: (topic) => {
      if (topic !== ENGINE_TOPIC) return
      for (const { owner: other } of processes()) {
        if (!other.isAlive || world.chance(world.faults.lostHints)) continue
        world.post(other, () => {
          for (const listener of listeners.get(other)?.get(topic) ?? []) listener()
        })
      }
    },
    subscribe: (topic, listener) => {
      const ofTopic = own.get(topic) ?? new Set()
      const heard = () => listener({})
      own.set(topic, ofTopic.add(heard))
      return () => void ofTopic.delete(heard)
    },
    close: async () => own.clear(),
  }
}

/** Starts a process; the wiring is that of `embeddedEngine`, without partitions. */
export function startProcess(ground: SimulatedGround, owner: Owner): SimulatedProcess {
  const { world, tables, registry, sizes, store } = ground
  const { leaseMs, busyGraceMs } = sizes
  const workerId = owner.name
  const now = (): number => world.now
  const log = (): void => undefined
  const bus = busOf(ground, owner)
  const findType = nodeTypesOf(registry)
  const wakeWorkers = (): void => bus.publish(ENGINE_TOPIC, { wake: true })
  const committer = createCommitterOf({
    logs: over(world, 'logs', memoryLogs(tables)),
    appender: {
      append: (append) =>
        world.request(() => store(append), { labels: labelsOf(append), locks: locksOf(append), mayBeLate: true }),
      drain: async () => undefined,
    },
    ...{ findType, bus, log, now, maxSessionBytes: sizes.maxSessionBytes },
    onQueueChanged: () => queue.sweep(),
    onRunsWoken: (runs) => {
      for (const run of runs) if (worker.isClaimed(run)) worker.drive(run)
      if (!runs.every(worker.isClaimed)) wakeWorkers()
    },
  })
  const dispatch = over(world, 'dispatch', memoryDispatch(tables, workerId, busyGraceMs), (call, labels) =>
    sendDispatch(world, call, labels),
  )
  const lease = createLease(dispatch, { leaseMs, monotonicMs: now })
  const slots = createNodeSlots({ capacity: sizes.slots })
  const workerDeps = {
    ...{ workerId, committer, findType, dispatch, lease, slots, now, log },
    egress: { request: noRequests, fetch: noRequests },
    files: noFiles,
    dataTables: noData,
    models: noModels,
    clock: { observe: () => undefined },
    ...{ cancelGraceMs: 10_000, wakeAt: (at: number) => poller.wakeAt(at), wakeWorkers },
  }
  const worker = createWorker(workerDeps)
  const dispatches = createDispatchRunner(workerDeps)
  const poller = createPoller({
    ...{ dispatch, lease, worker, dispatches, bus, log, now, leaseMs, pollIntervalMs: 5_000 },
    limits: () => {
      const capacity = Math.max(0, Math.min(sizes.maxRuns - worker.claimed.size, Math.max(slots.free, 1)))
      const held = worker.heldByTenant()
      return { capacity, held, mostOfTenant: sizes.slots, weightOf: () => 1, queueWaitMs: 600_000 }
    },
    mayRenew: () => true,
    onRenew: () => undefined,
  })
  const ownerNow = (): string | null =>
    poller.isRunning && lease.isValid() && worker.claimed.size < sizes.maxRuns ? workerId : null
  const begin = async (): Promise<void> => {
    try {
      await poller.start()
    } catch {
      setTimeout(() => void begin(), 1_000)
    }
  }
  world.post(owner, () => void begin())
  const queue = simulatedQueue({ world, tables, committer, log, now, onAdmitted: wakeWorkers })
  world.post(owner, queue.start)
  const inbox = memoryInbox(tables, ownerNow)

  return {
    owner,
    worker,
    start: async ({ plan, input = {}, ...ref }) => {
      const mine = slots.inUse < sizes.slots ? ownerNow() : null
      const acquireSlot = mine === null ? undefined : worker.slotsFor(ref)
      const driveIfClaimed = (): void => {
        if (worker.isClaimed(ref)) worker.drive(ref)
      }
      const entry = queueEntryOf(plan, input)
      const given = { version: '1', mode: 'live', engine: 'embedded', trigger: 'start', input, actor: null } as const
      const rules = requestRulesOf(plan, given)
      const queued: QueuedStart = { request: { ...ref, ...given }, plan, entry, rules, requires: '' }
      if (queue.mayWait(queued)) {
        if (!(await queue.startQueued(queued))) return
        if (mine === null) wakeWorkers()
        else worker.drive(ref)
        return
      }
      const operations = [{ op: 'ready', workerId: mine, requires: '', priority: entry.priority }] as const
      const request = { ...ref, ...given, operations, acquireSlot, worker: workerId }
      const result = await committer.create(request, plan).catch((error: unknown) => {
        driveIfClaimed()
        throw error
      })
      if (result.outcome !== 'committed') driveIfClaimed()
      else if (mine !== null) worker.follow(ref, result)
      else wakeWorkers()
    },
    send: async (ref, name, put) => {
      const answer = await world.request(() => put(inbox), { labels: [`inbox.${name}`], locks: [runKey(ref)] })
      if (answer.outcome !== 'accepted') return answer
      if (answer.owner === workerId) worker.drive(ref)
      else wakeWorkers()
      return answer
    },
  }
}

/** No node of the simulation reads or writes files. */
const noFiles: Files = {
  create: () => Promise.reject(new Error('no files')),
  find: async () => null,
  open: () => new ReadableStream(),
  hold: async () => [],
  delete: async () => 'not_found',
}

/** No node of the simulation asks a model. */
const noModels: Pick<ModelLedger, 'modelsOf'> = {
  modelsOf: () => ({ begin: noRequests, spentByRun: noRequests }),
}

/** No node of the simulation reads or changes data. */
const noData: NodeData = { query: noRequests, write: noRequests, getKey: noRequests, changeKeyOnce: noRequests }

async function noRequests(): Promise<never> {
  throw new Error('No simulated node sends requests')
}
