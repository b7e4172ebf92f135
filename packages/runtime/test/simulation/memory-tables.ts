import type { StoredRun } from '../../src/run-store.ts'
import type { AppendOperation } from '../../src/store/append.ts'
import { type RunRef, runKey } from '../../src/store/run-ref.ts'
import type { StoredLogRow } from '../../src/store/stored-events.ts'

type WaitOpened = Extract<AppendOperation, { op: 'wait_open' }>

/** A wait of a run, as its row in `waits`. */
export interface MemoryWait extends Pick<WaitOpened, 'approvalId' | 'waitId' | 'nodeRunId' | 'kind' | 'dueAt'> {
  readonly matchKey: string | null
  readonly waitFor: string
  status: string
  /** JSON text; null until someone has decided. */
  resolution: string | null
}

/** Row of a run in `run_ready`. */
interface MemoryReady {
  workerId: string | null
  woken: boolean
  readonly readyAt: number
  readonly priority: number
}

/** A node in a task queue of its own. */
export interface MemoryDispatch {
  readonly nodeRunId: string
  readonly pass: number
  workerId: string | null
  readyAt: number
  isCanceling: boolean
}

/** A run that waits to start, or that counts against a limit: its row in `run_admissions`. */
export interface MemoryAdmission extends RunRef {
  readonly workflowId: string
  readonly group: string
  /** Most runs of its group in progress; null for no limit. */
  readonly limit: number | null
  readonly priority: number
  readonly isChild: boolean
  readonly requires: string
  readonly position: number
  admittedAt: number | null
}

/** An admission that has happened. */
export interface PastAdmission extends MemoryAdmission {
  /** Runs that still waited, and had to start before it. */
  readonly before: readonly string[]
}

/** A run with its rows in all tables. */
export interface MemoryRun {
  run: StoredRun
  readonly rows: StoredLogRow[]
  snapshot: { readonly seq: number; readonly data: string } | undefined
  readonly timers: Map<string, { readonly dueAt: number; fireAt: number }>
  /** Facts as JSON texts by their message ids, oldest first. */
  readonly inbox: Map<string, string>
  ready: MemoryReady | null
  readonly dispatches: Map<string, MemoryDispatch>
  readonly waits: Map<string, MemoryWait>
  /** Votes by the approval and the user. */
  readonly votes: Map<string, string>
}

/** An event that no run waits for yet. */
export interface KeptEvent {
  readonly eventId: string
  readonly matchKey: string
  readonly payload: string
  readonly receivedAt: number
  readonly expiresAt: number
}

/** The tables of the runtime in memory. Each function that changes them is one transaction. */
export interface MemoryTables {
  /** Time of the database, in milliseconds since the Unix epoch. */
  now(): number
  /** True if the process of a worker is connected. */
  isConnected(workerId: string): boolean
  readonly runs: Map<string, MemoryRun>
  readonly plans: Map<string, string>
  readonly payloads: Map<string, string>
  readonly workers: Map<string, { startedAt: number; leaseUntil: number }>
  readonly kept: KeptEvent[]
  readonly admissions: Map<string, MemoryAdmission>
  readonly admitted: PastAdmission[]
  /** Most runs of the tenant in progress; null for no limit. */
  readonly runsInProgressLimit: number | null
  /** True if a transaction has locked the rows of a run, and its commit is on its way. */
  isLocked(run: RunRef): boolean
}

/** Options of the tables of a simulation with faults. */
type MemoryOptions = Partial<Pick<MemoryTables, 'runsInProgressLimit' | 'isLocked'>>

/** Creates empty tables. */
export function createMemoryTables(
  now: MemoryTables['now'],
  isConnected: MemoryTables['isConnected'],
  { runsInProgressLimit = null, isLocked = () => false }: MemoryOptions = {},
): MemoryTables {
  return {
    ...{ now, isConnected, runsInProgressLimit, isLocked },
    ...{ runs: new Map(), plans: new Map(), payloads: new Map(), workers: new Map(), kept: [] },
    ...{ admissions: new Map(), admitted: [] },
  }
}

/** Adds a run without events. */
export function addRun(tables: MemoryTables, run: StoredRun): MemoryRun {
  const added: MemoryRun = {
    run,
    rows: [],
    snapshot: undefined,
    timers: new Map(),
    inbox: new Map(),
    ready: null,
    dispatches: new Map(),
    waits: new Map(),
    votes: new Map(),
  }
  tables.runs.set(runKey(run), added)
  return added
}

/** Returns a run; undefined without one. */
export function findRun(tables: MemoryTables, ref: RunRef): MemoryRun | undefined {
  return tables.runs.get(runKey(ref))
}

/** Wakes a run, which gets a row in `run_ready` if it has none. */
export function wake(tables: MemoryTables, memory: MemoryRun, workerId: string | null = null): void {
  if (memory.ready !== null) memory.ready.woken = true
  else memory.ready = { workerId, woken: workerId === null, readyAt: tables.now(), priority: 0 }
}
