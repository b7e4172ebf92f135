import type { ConcurrencyLimit, WorkflowDocument } from '@tenon/core/document'
import type { NodeRegistry } from '@tenon/core/node'
import { node, workflow } from '@tenon/core/testing'
import { compile } from '../../src/interpreter/compile.ts'
import type { Plan } from '../../src/interpreter/plan.ts'
import type { Append, AppendResult } from '../../src/store/append.ts'
import { runKey } from '../../src/store/run-ref.ts'
import { createLimitWatch } from './check-limits.ts'
import { checkRuns } from './check-runs.ts'
import { CRASH_SIDES } from './crash-labels.ts'
import { isOver, storeAppend } from './memory-append.ts'
import type { MoveTarget } from './memory-inbox.ts'
import { createMemoryTables, type MemoryTables } from './memory-tables.ts'
import { editedWorkflow, randomWorkflow } from './random-workflow.ts'
import { type Acknowledged, type ClientHabits, createClients } from './simulated-clients.ts'
import { createSimulatedNodes, type Stage } from './simulated-nodes.ts'
import { type SimulatedGround, type SimulatedProcess, startProcess } from './simulated-process.ts'
import { inWorld } from './simulated-time.ts'
import { type CrashPoint, type Faults, NO_FAULTS, type Owner, type World } from './world.ts'

/** Result of a simulation. */
export interface Simulated {
  readonly seed: number
  /** One line for each broken invariant. */
  readonly faults: readonly string[]
  readonly steps: number
  readonly runs: number
  readonly events: number
  readonly kills: number
  /** Moments at which a process died, as `before` or `after` with the label of a request. */
  readonly crashes: readonly string[]
  /** Hash-like text of all logs, equal for the same seed. */
  readonly logs: string
  /** Number of events by their types. */
  readonly types: Readonly<Record<string, number>>
}

/** Stores an append instead of by the real rules, to plant a fault. */
export type PlantedStore = (tables: MemoryTables, append: Append) => AppendResult

const TENANT = 'acme'
/** Steps in which a run of a healed world must end; random ones need a few hundred. */
const MOST_STEPS = 30_000
const NO_HABITS: ClientHabits = { cancelOneIn: 0, skipOneIn: 0, pauseOneIn: 0, moveOneIn: 0 }

/** Simulates one seed after the other. */
export interface Simulator {
  /** Simulates runs of random workflows on a few processes, with the faults of the seed, until all have ended. */
  simulate(seed: number, store?: PlantedStore): Promise<Simulated>
}

/** Creates a simulator; its simulations share node types, and nothing else. */
export function createSimulator(): Simulator {
  let stage: Stage | null = null
  const registry = createSimulatedNodes(() => {
    if (stage === null) throw new Error('No simulation runs')
    return stage
  })
  return {
    simulate: (seed, store = storeAppend) => {
      const outside: Owner = { name: 'outside', isAlive: true, isStopped: false }
      return inWorld(seed, outside, (world) => {
        stage = { world, calls: [] }
        return simulateIn(stage, registry, { seed, store })
      })
    },
  }
}

async function simulateIn(
  { world, calls }: Stage,
  registry: NodeRegistry,
  { seed, store }: { readonly seed: number; readonly store: PlantedStore },
): Promise<Simulated> {
  const acknowledged: Acknowledged[] = []
  const processes = new Map<string, SimulatedProcess>()
  const limits = limitsOf(world)
  const tables = createMemoryTables(
    () => world.now,
    (workerId) => processes.get(workerId)?.owner.isAlive === true,
    { runsInProgressLimit: limits?.ofTenant ?? null, isLocked: (run) => world.isLocked(runKey(run)) },
  )
  const sizes = {
    slots: 1 + world.pick(4),
    maxRuns: 1 + world.pick(6),
    leaseMs: 12_000,
    busyGraceMs: world.pick(2) * 48_000,
    maxSessionBytes: world.pick(8) === 0 ? 1 : 1_000_000,
  }
  const alive = (): readonly SimulatedProcess[] => [...processes.values()].filter(({ owner }) => owner.isAlive)
  const ground: SimulatedGround = {
    ...{ world, tables, registry, sizes, processes: alive, listeners: new Map() },
    store: (append) => store(tables, append),
  }
  let born = 0
  const addProcess = (): void => {
    born += 1
    const owner: Owner = { name: `worker-${born}`, isAlive: true, isStopped: false }
    processes.set(owner.name, startProcess(ground, owner))
  }
  const processOf = (): SimulatedProcess | undefined => {
    const ready = alive().filter(({ owner }) => !owner.isStopped)
    return ready[world.pick(ready.length)]
  }
  for (let count = 1 + world.pick(3); count > 0; count -= 1) addProcess()
  // Mostly small ones, of which more can be tried.
  const isLarge = limits === null && world.pick(5) === 0
  const runs = limits === null ? (isLarge ? 1 + world.pick(3) : 1) : 3 + world.pick(4)
  const mostNodes = limits === null ? (isLarge ? 24 : 12) : 4
  const versions = versionsOf(world, registry.manifest, { tables, mostNodes, limits })
  const clients = createClients({ world, tables, tenantId: TENANT, processOf, versions, acknowledged })
  const [{ plan }] = versions
  const urgent = limits === null ? plan : urgentPlan(registry.manifest)
  for (let index = 0; index < runs; index += 1) {
    const isUrgent = urgent !== plan && world.pick(4) === 0
    const chosen = isUrgent ? { workflowId: 'urgent', plan: urgent } : { workflowId: 'w', plan }
    const input = limits === null ? {} : { k: world.pick(2) }
    clients.start({ tenantId: TENANT, runId: `run-${index + 1}`, ...chosen, input })
  }

  const habits = habitsOf(world)
  const faults = faultsOf(world)
  const killOneIn = world.pick(3) === 0 ? 0 : 20 + world.pick(200)
  world.faults = faults
  world.crashes = crashesOf(world, seed)
  let kills = 0
  let steps = 0
  let replaced = 0
  const isDone = (): boolean => clients.starting === 0 && [...tables.runs.values()].every(isOver)
  // Requests that come faster than they are answered would keep the clock from passing.
  const mayAct = (): boolean => world.ready < 6 && world.pick(6) === 0
  const beyond = new Set<string>()
  const exceededLimits = createLimitWatch(tables)
  const watchLimits = (): void => {
    if (limits !== null) for (const fault of exceededLimits()) beyond.add(fault)
  }
  const troubled = 100 + world.pick(700)
  for (; steps < troubled && !isDone(); steps += 1) {
    if (mayAct()) clients.act(habits)
    if (killOneIn > 0 && world.pick(killOneIn) === 0) kills += trouble(world, alive(), addProcess)
    await world.step()
    watchLimits()
    for (; replaced < world.crashed.length; replaced += 1) addProcess()
  }
  world.faults = NO_FAULTS
  world.crashes = []
  for (const { owner } of alive()) owner.isStopped = false
  if (alive().length === 0) addProcess()
  const healed = steps
  for (; steps < healed + MOST_STEPS && !isDone(); steps += 1) {
    if (mayAct()) clients.act(NO_HABITS)
    await world.step()
    watchLimits()
  }
  const types: Record<string, number> = {}
  const logs: string[] = []
  for (const { rows, run } of tables.runs.values()) {
    for (const row of rows) {
      logs.push(`${run.runId} ${row.seq} ${row.events}`)
      for (const [, type] of row.events.matchAll(/"([a-z]+_[a-z_]+)",(?:null|"[^"]*"),\{/g)) {
        types[String(type)] = (types[String(type)] ?? 0) + 1
      }
    }
  }
  const unstarted = clients.starting === 0 ? [] : [`${clients.starting} runs could not be started`]
  return {
    ...{ seed, steps, kills: kills + world.crashed.length, types, runs: tables.runs.size, logs: logs.join('\n') },
    crashes: world.crashed.map(({ side, label }) => `${side} ${label}`),
    faults: [...unstarted, ...beyond, ...checkRuns(tables, acknowledged, calls)],
    events: [...tables.runs.values()].reduce((sum, { run }) => sum + run.nextSeq - 1, 0),
  }
}

/**
 * Draws a workflow, for some seeds one that it may run, and a later version of it; each end of them that is no completion has
 * a handler.
 */
function versionsOf(
  world: World,
  manifest: Parameters<typeof compile>[1],
  { tables, mostNodes, limits }: VersionsToDraw,
): readonly [MoveTarget, ...MoveTarget[]] {
  const { pick } = world
  const undoOneIn = pick(3) === 0 ? 1 : 3
  const workflows: Record<string, { readonly version: string; readonly planHash: string }> = {}
  const compiled = (document: WorkflowDocument, concurrency?: ConcurrencyLimit) => {
    const settings = { ...document.settings, ...(concurrency === undefined ? {} : { concurrency }) }
    return compile(handled({ ...document, settings }), manifest, undefined, workflows)
  }
  const keep = (plan: Plan) => {
    tables.plans.set(plan.planHash, JSON.stringify(plan))
    return { version: '1', planHash: plan.planHash }
  }
  workflows['handler'] = keep(compile(HANDLER, manifest))
  const hasChildren = pick(2) === 0
  if (hasChildren) {
    workflows['below'] = keep(
      compiled(randomWorkflow({ pick, mostNodes: Math.min(10, mostNodes), undoOneIn, prefix: 'c_' }), limits?.ofChild),
    )
  }
  const document = randomWorkflow({ pick, mostNodes, undoOneIn, children: hasChildren ? ['below'] : [] })
  const first = { version: '1', plan: compiled(document, limits?.ofWorkflow) }
  if (pick(3) > 0) return [first]
  return [first, { version: '2', plan: compiled(editedWorkflow(document, pick), limits?.ofWorkflow) }]
}

interface VersionsToDraw {
  readonly tables: MemoryTables
  readonly mostNodes: number
  readonly limits: Limits | null
}

/** Limits of runs in progress; absent ones are none. */
interface Limits {
  readonly ofTenant: number | null
  readonly ofWorkflow?: ConcurrencyLimit
  readonly ofChild?: ConcurrencyLimit
}

/** Draws limits for a sixth of the seeds, in which many small runs wait for each other. */
function limitsOf({ pick }: World): Limits | null {
  if (pick(6) > 0) return null
  const ofTenant = pick(2) === 0 ? 1 + pick(3) : null
  const key = pick(2) === 0 ? { key: '{{ input.k }}' } : {}
  return {
    ofTenant,
    ...(ofTenant !== null && pick(2) === 0 ? {} : { ofWorkflow: { limit: 1 + pick(2), ...key } }),
    ...(pick(2) === 0 ? { ofChild: { limit: 1 } } : {}),
  }
}

/** Compiles a workflow whose runs pass others that wait for the tenant. */
function urgentPlan(manifest: Parameters<typeof compile>[1]): Plan {
  const nodes = [node('start', 'start'), node('a', 'work', { isSure: true }), node('end', 'end')]
  return compile(workflow(nodes, ['start>a', 'a>end'], { settings: { priority: 'high' } }), manifest)
}

const HANDLER = workflow([node('start', 'start'), node('end', 'end')], ['start>end'])

function handled(document: WorkflowDocument): WorkflowDocument {
  const errorHandler = { workflow: 'handler', onTimeout: true, onCancel: true }
  return { ...document, settings: { ...document.settings, errorHandler } }
}

/** Draws moments at which processes die: the first one in turn, so that a few thousand seeds have each of them often. */
function crashesOf({ pick }: World, seed: number): readonly CrashPoint[] {
  const [count, sides] = [pick(3) === 0 ? 0 : 6, CRASH_SIDES.length]
  return Array.from({ length: count }, (_, index) => {
    const { label, side } = CRASH_SIDES[index === 0 ? seed % sides : pick(sides)] ?? { label: '', side: 'before' }
    return { label, side, at: index === 0 || pick(3) > 0 ? 1 : 2 + pick(4) }
  })
}

function habitsOf(world: World): ClientHabits {
  return {
    cancelOneIn: world.pick(2) * (5 + world.pick(60)),
    skipOneIn: world.pick(4) === 0 ? 60 : 0,
    pauseOneIn: world.pick(2) * (5 + world.pick(30)),
    moveOneIn: 4 + world.pick(10),
  }
}

function faultsOf(world: World): Faults {
  const share = (most: number): number => (world.pick(3) === 0 ? 0 : (world.pick(100) / 100) * most)
  return {
    lostRequests: share(0.08),
    lostAnswers: share(0.1),
    lateRequests: share(0.06),
    lostHints: share(0.5),
    hurry: share(0.15),
    jumps: share(0.1),
  }
}

/** Kills a process, stops one, or lets one continue; returns the number of killed ones. */
function trouble(world: World, alive: readonly SimulatedProcess[], addProcess: () => void): number {
  const victim = alive[world.pick(alive.length)]
  const dice = world.pick(4)
  if (victim === undefined || dice === 0) {
    if (alive.length < 4) addProcess()
    return 0
  }
  if (dice === 1) {
    victim.owner.isStopped = !victim.owner.isStopped
    return 0
  }
  world.kill(victim.owner)
  addProcess()
  return 1
}
