import type { Json } from '@tenon/core/document'
import type { NodeRegistry } from '@tenon/core/node'
import { type Bus, ENGINE_TOPIC } from '../../src/bus.ts'
import { createCommitterOf } from '../../src/commit/committer.ts'
import { nodeTypesOf } from '../../src/commit/node-types.ts'
import { createDispatchRunner } from '../../src/engines/embedded/dispatch-runner.ts'
import { createLease } from '../../src/engines/embedded/lease.ts'
import { createNodeSlots } from '../../src/engines/embedded/node-slots.ts'
import { createPoller } from '../../src/engines/embedded/poller.ts'
import { createWorker, type Worker } from '../../src/engines/embedded/worker.ts'
import type { Plan } from '../../src/interpreter/plan.ts'
import type { Append, AppendResult } from '../../src/store/append.ts'
import type { RunRef } from '../../src/store/run-ref.ts'
import { type Immediate, memoryDispatch } from './memory-dispatch.ts'
import { type Answer, type MemoryInbox, memoryInbox } from './memory-inbox.ts'
import { memoryLogs } from './memory-logs.ts'
import type { MemoryTables } from './memory-tables.ts'
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

/** Calls a store as its clients do: each call is a request that the world orders, with the name of the call as its label. */
function over<Store extends object>(world: World, kind: string, store: Immediate<Store>): Store {
  const calls = Object.entries(store).map(([name, call]) => {
    const labels = [`${kind}.${name}`]
    const execute = (args: readonly unknown[]) => (call as (...given: readonly unknown[]) => unknown)(...args)
    return [name, (...args: readonly unknown[]) => world.request(() => execute(args), { labels })]
  })
  return Object.fromEntries(calls)
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

/** Starts a process; the wiring is that of `embeddedEngine`, without admission and partitions. */
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
      append: (append) => world.request(() => store(append), { labels: labelsOf(append), mayBeLate: true }),
      drain: async () => undefined,
    },
    ...{ findType, bus, log, now, maxSessionBytes: sizes.maxSessionBytes },
    onRunsWoken: (runs) => {
      for (const run of runs) if (worker.isClaimed(run)) worker.drive(run)
      if (!runs.every(worker.isClaimed)) wakeWorkers()
    },
  })
  const dispatch = over(world, 'dispatch', memoryDispatch(tables, workerId, busyGraceMs))
  const lease = createLease(dispatch, { leaseMs, monotonicMs: now })
  const slots = createNodeSlots({ capacity: sizes.slots })
  const workerDeps = {
    ...{ workerId, committer, findType, dispatch, lease, slots, now, log },
    egress: { request: noRequests, fetch: noRequests },
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
      const operations = [{ op: 'ready', workerId: mine, requires: '', priority: 0 }] as const
      const start = {
        version: '1',
        mode: 'live',
        engine: 'embedded',
        trigger: 'start',
        input,
        actor: null,
      } as const
      const request = { ...ref, ...start, operations, acquireSlot, worker: workerId }
      const result = await committer.create(request, plan).catch((error: unknown) => {
        driveIfClaimed()
        throw error
      })
      if (result.outcome !== 'committed') driveIfClaimed()
      else if (mine !== null) worker.follow(ref, result)
      else wakeWorkers()
    },
    send: async (ref, name, put) => {
      const answer = await world.request(() => put(inbox), { labels: [`inbox.${name}`] })
      if (answer.outcome !== 'accepted') return answer
      if (answer.owner === workerId) worker.drive(ref)
      else wakeWorkers()
      return answer
    },
  }
}

async function noRequests(): Promise<never> {
  throw new Error('No simulated node sends requests')
}
