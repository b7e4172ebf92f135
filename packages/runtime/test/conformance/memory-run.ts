import type { NodeRegistry } from '@tenon/core/node'
import { isRunOver, makeValueRef, type ParkResolution, type RunEvent } from '@tenon/core/run'
import { compile } from '../../src/interpreter/compile.ts'
import { checkRuns } from '../simulation/check-runs.ts'
import { eventsOf, storeAppend } from '../simulation/memory-append.ts'
import type { Answer, MemoryInbox } from '../simulation/memory-inbox.ts'
import { createMemoryTables, findRun, type MemoryWait } from '../simulation/memory-tables.ts'
import { type SimulatedGround, type SimulatedProcess, startProcess } from '../simulation/simulated-process.ts'
import { inWorld } from '../simulation/simulated-time.ts'
import { type CrashPoint, type Faults, NO_FAULTS, type Owner, type World } from '../simulation/world.ts'
import type { ConformanceCase } from './conformance-case.ts'

/** Faults of the world of a run. */
export interface FaultPlan {
  readonly name: string
  readonly faults: Faults
  readonly crashes: readonly CrashPoint[]
}

const each = (change: Partial<Faults>): Faults => ({ ...NO_FAULTS, ...change })
const CRASHES: readonly CrashPoint[] = (
  ['append.advance', 'dispatch.acquire', 'dispatch.release', 'append/finish'] as const
).flatMap((label, index) => [
  { label, side: 'before', at: 1 + index } as const,
  { label, side: 'after', at: 2 + index } as const,
])

/** The plans under which each case must have the same log. */
export const FAULT_PLANS: readonly FaultPlan[] = [
  { name: 'no faults', faults: NO_FAULTS, crashes: [] },
  { name: 'lost requests and answers', faults: each({ lostRequests: 0.1, lostAnswers: 0.15 }), crashes: [] },
  { name: 'late requests', faults: each({ lateRequests: 0.1, lostHints: 0.5 }), crashes: [] },
  { name: 'killed processes', faults: each({ lostHints: 0.3 }), crashes: CRASHES },
  { name: 'clocks that jump', faults: each({ hurry: 0.1, jumps: 0.1, lostHints: 0.3 }), crashes: CRASHES.slice(0, 2) },
]

const TENANT = 'acme'
const TROUBLED_STEPS = 400
const MOST_STEPS = 30_000
const SIZES = { slots: 4, maxRuns: 4, leaseMs: 12_000, busyGraceMs: 0, maxSessionBytes: 1_000_000 }
const ANN = { userId: 'ann', displayName: 'Ann', role: 'admin' } as const

/** Runs a case on the store in memory, in a world with faults; returns its log, and one line for each broken invariant. */
export function runInMemory(
  conformance: ConformanceCase,
  registry: NodeRegistry,
  { plan: faultPlan, seed }: { readonly plan: FaultPlan; readonly seed: number },
): Promise<{ readonly events: readonly RunEvent[]; readonly faults: readonly string[] }> {
  const outside: Owner = { name: 'outside', isAlive: true, isStopped: false }
  return inWorld(seed, outside, (world) => runIn(world, conformance, registry, faultPlan))
}

async function runIn(
  world: World,
  { name, document, input = {}, below, choices = {}, resolution = { kind: 'skip' }, cancelAt }: ConformanceCase,
  registry: NodeRegistry,
  { faults, crashes }: FaultPlan,
) {
  const processes: SimulatedProcess[] = []
  const tables = createMemoryTables(
    () => world.now,
    (workerId) => processes.some(({ owner }) => owner.name === workerId && owner.isAlive),
  )
  const alive = () => processes.filter(({ owner }) => owner.isAlive)
  const ground: SimulatedGround = {
    ...{ world, tables, registry, sizes: SIZES, processes: alive, listeners: new Map() },
    store: (append) => storeAppend(tables, append),
  }
  const addProcess = (): void => {
    processes.push(startProcess(ground, { name: `worker-${processes.length + 1}`, isAlive: true, isStopped: false }))
  }
  addProcess()
  addProcess()
  const workflows: Record<string, { readonly version: string; readonly planHash: string }> = {}
  if (below !== undefined) {
    const called = compile(below, registry.manifest)
    tables.plans.set(called.planHash, JSON.stringify(called))
    workflows['below'] = { version: '1', planHash: called.planHash }
  }
  const plan = compile(document, registry.manifest, undefined, workflows)
  const ref = { tenantId: TENANT, runId: name }
  const ask = (act: (process: SimulatedProcess) => void): void => {
    const process = alive()[world.pick(alive().length)]
    if (process !== undefined) world.post(process.owner, () => act(process))
  }
  let requests = 0
  const send = (runId: string, call: keyof MemoryInbox, put: (inbox: MemoryInbox) => Answer): void =>
    ask((process) => void process.send({ tenantId: TENANT, runId }, call, put).catch(() => undefined))
  const answer = (runId: string, { approvalId, kind, nodeRunId, matchKey }: MemoryWait): void => {
    const run = { tenantId: TENANT, runId }
    const choice = choices[nodeRunId] === undefined ? 'approve' : choices[nodeRunId]
    requests += 1
    const requestId = `q${requests}`
    if (cancelAt === nodeRunId) send(runId, 'cancel', (inbox) => inbox.cancel(run))
    else if (choice === null) return
    else if (kind === 'approval') {
      send(runId, 'vote', (inbox) => inbox.vote(run, approvalId, { actor: ANN, choice, at: world.now }))
    } else if (kind === 'parked') {
      send(runId, 'resolve', (inbox) => inbox.resolve(run, approvalId, requestId, stored(resolution)))
    } else if (matchKey !== null) send(runId, 'send', (inbox) => inbox.send(matchKey, approvalId, { n: 1 }))
  }
  const isOver = (): boolean => {
    const runs = [...tables.runs.values()]
    return runs.length > 0 && runs.every(({ run }) => isRunOver(run.status))
  }
  world.faults = faults
  world.crashes = crashes
  let replaced = 0
  for (let step = 0; step < MOST_STEPS && !isOver(); step += 1) {
    if (step === TROUBLED_STEPS) [world.faults, world.crashes] = [NO_FAULTS, []]
    if (findRun(tables, ref) === undefined && step % 100 === 0) {
      ask((process) => void process.start({ ...ref, workflowId: 'w', plan, input }).catch(() => undefined))
    }
    if (step % 10 === 0 && world.ready < 6) {
      for (const { run, waits, inbox } of [...tables.runs.values()]) {
        for (const wait of waits.values()) {
          if (wait.status === 'open' && wait.resolution === null && inbox.size === 0) answer(run.runId, wait)
        }
      }
    }
    await world.step()
    for (; replaced < world.crashed.length; replaced += 1) addProcess()
  }
  const memory = findRun(tables, ref)
  return { events: memory === undefined ? [] : eventsOf(memory), faults: checkRuns(tables, [], []) }
}

/** Returns a resolution as the inbox stores it. */
function stored(resolution: NonNullable<ConformanceCase['resolution']>): ParkResolution {
  if (resolution.kind === 'complete')
    return { kind: 'complete', port: resolution.port ?? 'success', output: makeValueRef(resolution.output) }
  if (resolution.kind === 'retry_with_params')
    return { kind: 'retry_with_params', params: makeValueRef(resolution.params) }
  return { kind: resolution.kind }
}
