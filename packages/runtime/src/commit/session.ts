import { TenonError } from '@tenon/core/errors'
import {
  type Actor,
  callOriginOf,
  type Fact,
  nodeIdOf,
  type RunEngine,
  type RunEvent,
  type RunPrincipal,
  type ValueRef,
} from '@tenon/core/run'
import { createMachine } from '../interpreter/machine.ts'
import type { Machine } from '../interpreter/machine-types.ts'
import type { Plan, PlanNode } from '../interpreter/plan.ts'
import type { PlanIndex } from '../interpreter/plan-index.ts'
import type { StoredParent } from '../run-store.ts'
import { inlineBytes } from '../store/inline-bytes.ts'
import type { RunRef } from '../store/run-ref.ts'
import type { NodeTemplatesTable } from './node-templates.ts'
import type { LoadedPlan, PlanCache } from './plan-cache.ts'
import { createSessionPlans, type SessionPlans } from './session-plans.ts'

/** Properties of a run that its row has; those that change are as when the session was loaded. */
export interface RunIdentity extends RunRef {
  readonly workflowId: string
  /** Version that the row of the run named when the session was loaded. */
  readonly version: string
  readonly mode: 'live' | 'test'
  /** Engine that the row of the run named when the session was loaded. */
  readonly engine: RunEngine
  /** Version of the machine semantics that the run started with and keeps. */
  readonly semantics: number
  /** Node run that has started the run, with its wait if that is for the end of the run; `null` without a parent. */
  readonly parent: StoredParent | null
  /** Number of runs above the run; 0 without a parent. */
  readonly depth: number
  /** Run whose failure this run handles; `null` if it handles none. */
  readonly handles: string | null
}

/** Data of the first fact of a run. */
export interface RunBeginning {
  readonly seed: string
  readonly trigger: string
  readonly input: ValueRef
  readonly startedAt: number
  /** Person for whom the run acts, and with it the runs that it starts. */
  readonly principal: RunPrincipal | null
}

/** Returns the part of the first fact of a run that a session keeps. */
export function beginningOf(
  { seed, trigger, input, principal = null }: Extract<Fact, { readonly type: 'run_started' }>['data'],
  startedAt: number,
): RunBeginning {
  return { seed, trigger, input, startedAt, principal }
}

export interface AttemptRecord {
  readonly attempt: number
  how: 'running' | 'failed' | 'lost' | 'held'
  nextAt: number | null
}

/** The attempts of the open pass of a dispatched node run. */
export interface PassAttempts {
  readonly pass: number
  /** One for each attempt number, ascending. */
  readonly records: AttemptRecord[]
}

/** Results of `durable` calls of a node run, for later attempts and passes with the same params. */
interface Journal {
  /** Hash as of {@link hashOfParams}. */
  readonly paramsHash: string | null
  readonly entries: Map<string, ValueRef>
}

/**
 * State of a run in this process: the machine, and other state derived from the log. A cache that can be rebuilt from
 * the log.
 */
export interface RunSession {
  readonly identity: RunIdentity
  readonly plans: SessionPlans
  /** Plan that the machine executes now. */
  readonly plan: Plan
  readonly index: PlanIndex
  /** Templates of the plan's nodes. */
  readonly templates: NodeTemplatesTable
  readonly machine: Machine
  /** Version that the run executes now. */
  readonly version: string
  /** Engine that executes the run now. */
  readonly engine: RunEngine
  beginning: RunBeginning | null
  /** `seq` of the next event that this session has not seen. */
  nextSeq: number
  /** `at` of the last event; instants of a log never decrease. */
  lastAt: number
  /** Due times of the open timers of the machine, by id. */
  readonly timers: Map<string, number>
  readonly attempts: Map<string, PassAttempts>
  /** Results of `durable` calls of open node runs, by node run. */
  readonly journal: Map<string, Journal>
  /** True if inline node runs may be open that no commit evaluates yet, after a load or a catch-up. */
  hasLooseInline: boolean
  /** User who canceled the run, if a person did. Not part of snapshots, so it may be lost before the run ends. */
  cancelActor: Actor | null
  /** True after an append whose result is unknown: the session must be loaded again. */
  isUnsure: boolean
  /** Turn of the last snapshot. */
  snapshotTurn: number
  /** Approximate bytes of the events of the log, with their inline values. */
  logBytes: number
  /** True once the run was canceled because of the limits of its log. */
  isLogFull: boolean
  /** Approximate memory of the session in bytes: values in its events, and the text of its snapshot. */
  bytes: number
}

/** Updates a session, except its machine, with an event of the log; one that it has seen has no effect. */
export function absorb(session: RunSession, event: RunEvent): void {
  if (event.seq < session.nextSeq) return
  session.nextSeq = event.seq + 1
  session.lastAt = Math.max(session.lastAt, event.at)
  const bytes = inlineBytes(event.data)
  session.logBytes += bytes
  // Observations of bodies are not kept, except journaled results.
  if (event.class === 'fact' || event.type === 'node_journaled') session.bytes += bytes
  if (event.type === 'cancel_requested' && event.data.reason === 'log_full') session.isLogFull = true
  absorbTimers(session, event)
  absorbAttempts(session, event)
  absorbJournal(session, event)
  noteCancelRequest(session, event)
  if (event.type === 'run_started') session.beginning = beginningOf(event.data, event.at)
}

/** Stores the user who first requested the cancelation of the run, also by a request to end it without undoing it. */
export function noteCancelRequest(session: RunSession, fact: { readonly type: string; readonly data?: unknown }): void {
  if (fact.type !== 'cancel_requested' && fact.type !== 'compensation_skip_requested') return
  session.cancelActor ??= (fact.data as { readonly actor: Actor | null }).actor
}

/** Approximate memory of a session before its first event, in bytes. */
const SESSION_BYTES = 8_192

/** Returns the approximate memory of a session for a cache, in bytes. */
export function sessionBytes({ bytes }: RunSession): number {
  return SESSION_BYTES + bytes
}

function absorbTimers({ timers }: RunSession, event: RunEvent): void {
  if (event.type === 'timer_set') timers.set(event.data.timerId, event.data.dueAt)
  if (event.type === 'timer_cleared' || event.type === 'timer_fired') timers.delete(event.data.timerId)
}

function absorbAttempts({ attempts }: RunSession, event: RunEvent): void {
  switch (event.type) {
    case 'node_scheduled':
      if (event.data.mode === 'dispatch') attempts.set(event.nodeRunId, { pass: event.data.pass, records: [] })
      return
    case 'node_started': {
      const { attempt } = event.data
      const records = attempts.get(event.nodeRunId)?.records
      // Logs from before starts were fenced may contain a start twice.
      if (records?.every((each) => each.attempt !== attempt)) records.push({ attempt, how: 'running', nextAt: null })
      return
    }
    case 'node_error':
    case 'attempt_lost': {
      const record = attempts.get(event.nodeRunId)?.records.find((each) => each.attempt === event.data.attempt)
      // An attempt ends once: an abandoned body may still report its error.
      if (record?.how !== 'running') return
      record.how = event.type === 'attempt_lost' ? 'lost' : event.data.isHeld === true ? 'held' : 'failed'
      record.nextAt = event.data.nextAt
      return
    }
    case 'node_completed':
    case 'node_failed':
    case 'node_canceled':
    case 'node_suspended':
    case 'node_skipped':
      attempts.delete(event.nodeRunId)
  }
}

/** Returns the results of `durable` calls of a node run; calls with other params have other results. */
export function journaledCalls(
  session: RunSession,
  nodeRunId: string,
  params: ValueRef | null,
): ReadonlyMap<string, ValueRef> {
  const known = session.journal.get(nodeRunId)
  return known === undefined || known.paramsHash !== hashOfParams(session, nodeRunId, params) ? NO_CALLS : known.entries
}

/** Returns a hash for params that a person gave, or that came with another version; null for those of the first call. */
function hashOfParams({ machine }: RunSession, nodeRunId: string, params: ValueRef | null): string | null {
  return params?.hash ?? machine.openNodeRun(nodeRunId)?.revision ?? null
}

const NO_CALLS: ReadonlyMap<string, ValueRef> = new Map()

function absorbJournal(session: RunSession, event: RunEvent): void {
  const { journal } = session
  if (event.type === 'node_journaled') {
    const { params = null } = session.machine.openNodeRun(event.nodeRunId) ?? {}
    const entries = new Map(journaledCalls(session, event.nodeRunId, params))
    entries.set(event.data.key, event.data.value)
    journal.set(event.nodeRunId, { paramsHash: hashOfParams(session, event.nodeRunId, params), entries })
  }
  switch (event.type) {
    case 'node_completed':
    case 'node_canceled':
    case 'failure_handled':
      journal.delete(event.nodeRunId)
      return
    case 'node_failed':
      // A parked node run keeps its results for a retry.
      if (session.machine.openNodeRun(event.nodeRunId) === null) journal.delete(event.nodeRunId)
      return
    case 'wait_closed':
      if (event.data.how === 'canceled') journal.delete(event.nodeRunId)
  }
}

/** Returns a `timer_fired` for each timer that is due at an instant, in the order of their times; none without one. */
export function dueTimers({ timers }: RunSession, at: number | undefined): readonly { readonly fact: Fact }[] {
  if (at === undefined) return []
  const due = [...timers].filter(([, dueAt]) => dueAt <= at).sort(([, a], [, b]) => a - b)
  return due.map(([timerId, dueAt]) => ({
    fact: { type: 'timer_fired', data: { timerId, dueAt, lateMs: at - dueAt } },
  }))
}

/** Returns the node of the plan for a node run, for a called one that of its call. A call has a node until it has ended. */
export function planNodeOf({ index, machine }: RunSession, nodeRunId: string): PlanNode {
  const isCalled = callOriginOf(nodeRunId) !== null
  const node = isCalled ? machine.calledNode(nodeRunId) : index.nodeOf(nodeIdOf(nodeRunId))
  if (node === undefined || node === null)
    throw new TenonError('FACT_INVALID', `The plan has no node for "${nodeRunId}"`)
  return node
}

/** State of a session beside its machine, as far as a snapshot has it. */
type SessionState = Pick<
  RunSession,
  | 'beginning'
  | 'nextSeq'
  | 'lastAt'
  | 'timers'
  | 'attempts'
  | 'journal'
  | 'hasLooseInline'
  | 'snapshotTurn'
  | 'logBytes'
  | 'isLogFull'
  | 'bytes'
>

/** Machine of a run with the plans that it may execute. */
interface SessionCore {
  readonly identity: RunIdentity
  readonly plans: SessionPlans
  readonly machine: Machine
}

/**
 * Creates a session whose plan is always that of its machine.
 *
 * @param state - @defaultValue that of a run without events
 */
export function createSession(core: SessionCore, state: Partial<SessionState> = {}): RunSession {
  return Object.assign(new SessionOfRun(core), state)
}

// A class, as for the machine: V8 keeps the properties of an object with getters of its own in a table.
class SessionOfRun implements RunSession {
  readonly identity: RunIdentity
  readonly plans: SessionPlans
  readonly machine: Machine
  beginning: RunBeginning | null = null
  nextSeq = 1
  lastAt = 0
  timers = new Map<string, number>()
  attempts = new Map<string, PassAttempts>()
  journal = new Map<string, Journal>()
  hasLooseInline = false
  isUnsure = false
  snapshotTurn = 0
  logBytes = 0
  isLogFull = false
  bytes = 0
  cancelActor: Actor | null = null
  #loaded: LoadedPlan | undefined

  constructor({ identity, plans, machine }: SessionCore) {
    this.identity = identity
    this.plans = plans
    this.machine = machine
  }

  get plan(): Plan {
    return this.#load().plan
  }

  get index(): PlanIndex {
    return this.#load().index
  }

  get templates(): NodeTemplatesTable {
    return this.#load().templates
  }

  get version(): string {
    return this.machine.version ?? this.identity.version
  }

  get engine(): RunEngine {
    return this.machine.engine ?? this.identity.engine
  }

  #load(): LoadedPlan {
    const { planHash } = this.machine
    // It changes only when the run moves, and is read many times for each fact.
    if (this.#loaded?.plan.planHash === planHash) return this.#loaded
    this.#loaded = this.plans.find(planHash)
    if (this.#loaded === undefined) throw new TenonError('INTERNAL', `The plan ${planHash} is not loaded`)
    return this.#loaded
  }
}

/** Creates the session of a run that has no events. */
export function emptySession(identity: RunIdentity, first: LoadedPlan, cache: Pick<PlanCache, 'get'>): RunSession {
  const plans = createSessionPlans(first, identity.tenantId, cache)
  const machine = createMachine(first.plan, undefined, first.index, (planHash) => plans.find(planHash)?.index)
  return createSession({ identity, plans, machine })
}
