import { TenonError } from '@tenon/core/errors'
import { type Actor, eventClassOf, type Fact, nodeIdOf, type RunEvent, type ValueRef } from '@tenon/core/run'
import { createMachine } from '../interpreter/machine.ts'
import type { Machine, MachineFact, MachineSnapshot } from '../interpreter/machine-types.ts'
import type { Plan, PlanNode } from '../interpreter/plan.ts'
import type { PlanIndex } from '../interpreter/plan-index.ts'
import type { RuntimeDatabase } from '../postgres/tables.ts'
import type { StoredRun } from '../run-store.ts'
import { inlineBytes } from '../store/inline-bytes.ts'
import { selectEvents, selectRun } from '../store/run-reader.ts'
import type { RunRef } from '../store/run-ref.ts'
import type { LoadedPlan, PlanCache } from './plan-cache.ts'

/** Properties of a run that never change. */
export interface RunIdentity extends RunRef {
  readonly workflowId: string
  readonly version: string
  readonly mode: 'live' | 'test'
  readonly engine: 'embedded' | 'temporal'
  /** Version of the machine semantics that the run started with and keeps. */
  readonly semantics: number
}

/** Data of the first fact of a run. */
export interface RunBeginning {
  readonly seed: string
  readonly trigger: string
  readonly input: ValueRef
  readonly startedAt: number
}

export interface AttemptRecord {
  readonly attempt: number
  how: 'running' | 'failed' | 'lost'
  nextAt: number | null
}

/** The attempts of the open pass of a dispatched node run. */
export interface PassAttempts {
  readonly pass: number
  /** One for each attempt number, ascending. */
  readonly records: AttemptRecord[]
}

/**
 * State of a run in this process: the machine, and other state derived from the log. A cache that can be rebuilt from
 * the log.
 */
export interface RunSession {
  readonly identity: RunIdentity
  readonly plan: Plan
  readonly index: PlanIndex
  readonly machine: Machine
  beginning: RunBeginning | null
  /** `seq` of the next event that this session has not seen. */
  nextSeq: number
  /** `at` of the last event; instants of a log never decrease. */
  lastAt: number
  /** Due times of the open timers of the machine, by id. */
  readonly timers: Map<string, number>
  readonly attempts: Map<string, PassAttempts>
  /** Results of `durable` calls of open node runs, by node run and key. */
  readonly journal: Map<string, Map<string, ValueRef>>
  /** True if inline node runs may be open that no commit evaluates yet, after a load or a catch-up. */
  hasLooseInline: boolean
  /** User who canceled the run, if a person did. Not part of snapshots, so it may be lost before the run ends. */
  cancelActor: Actor | null
  /** Turn of the last snapshot. */
  snapshotTurn: number
  /** Approximate memory of the session in bytes: values in its events, and the text of its snapshot. */
  bytes: number
}

/** Updates a session, except its machine, with events of the log. */
export function absorb(session: RunSession, events: readonly RunEvent[]): void {
  for (const event of events) {
    if (event.seq < session.nextSeq) continue
    session.nextSeq = event.seq + 1
    session.lastAt = Math.max(session.lastAt, event.at)
    // Observations of bodies are not kept, except journaled results.
    if (event.class === 'fact' || event.type === 'node_journaled') session.bytes += inlineBytes(event.data)
    absorbTimers(session, event)
    absorbAttempts(session, event)
    absorbJournal(session, event)
    noteCancelRequest(session, event)
    if (event.type === 'run_started') {
      const { seed, trigger, input } = event.data
      session.beginning = { seed, trigger, input, startedAt: event.at }
    }
  }
}

/** Stores the user who first requested the cancelation of the run. */
export function noteCancelRequest(session: RunSession, fact: { readonly type: string; readonly data?: unknown }): void {
  if (fact.type !== 'cancel_requested') return
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
      record.how = event.type === 'node_error' ? 'failed' : 'lost'
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

function absorbJournal({ journal }: RunSession, event: RunEvent): void {
  if (event.type === 'node_journaled') {
    const entries = journal.get(event.nodeRunId) ?? new Map<string, ValueRef>()
    entries.set(event.data.key, event.data.value)
    journal.set(event.nodeRunId, entries)
  }
  if (event.type === 'node_completed' || event.type === 'node_failed' || event.type === 'node_canceled') {
    journal.delete(event.nodeRunId)
  }
}

/** Returns the node of the plan for a node run. */
export function planNodeOf({ plan, index }: RunSession, nodeRunId: string): PlanNode {
  const node = plan.nodes[index.indexOf(nodeIdOf(nodeRunId)) ?? -1]
  if (node === undefined) throw new TenonError('FACT_INVALID', `The plan has no node for "${nodeRunId}"`)
  return node
}

const PAGE = 5_000

/** Version of {@link SessionSnapshot}; sessions of other versions are rebuilt from the log. */
const SESSION_VERSION = 1

interface SessionSnapshot {
  readonly sessionVersion: number
  readonly machine: MachineSnapshot
  readonly turn: number
  readonly lastAt: number
  readonly beginning: RunBeginning | null
  readonly timers: readonly (readonly [string, number])[]
  readonly attempts: readonly (readonly [string, PassAttempts])[]
  readonly journal: readonly (readonly [string, readonly (readonly [string, ValueRef])[]])[]
}

/** Creates the session of a run that has no events. */
export function emptySession(identity: RunIdentity, { plan, index }: LoadedPlan): RunSession {
  return {
    identity,
    plan,
    index,
    machine: createMachine(plan, undefined, index),
    beginning: null,
    nextSeq: 1,
    lastAt: 0,
    timers: new Map(),
    attempts: new Map(),
    journal: new Map(),
    hasLooseInline: false,
    snapshotTurn: 0,
    bytes: 0,
    cancelActor: null,
  }
}

/**
 * Rebuilds a run from its snapshot and the log after it.
 *
 * @returns Null for a run that the tenant does not have.
 * @throws {@link TenonError} `RUN_LOG_GAP` if the plan or events are missing; `RUN_LOG_NEWER` (details: `type`) if the
 * log holds a fact that only a later version can read.
 */
export async function loadSession(
  database: RuntimeDatabase,
  plans: PlanCache,
  { tenantId, runId }: RunRef,
): Promise<RunSession | null> {
  const found = await database.withTenant(tenantId, async (tx) => {
    const run = await selectRun(tx, tenantId, runId)
    if (run === null) return null
    const snapshot = await tx
      .selectFrom('run_snapshots')
      .select(['seq', 'data'])
      .where('tenant_id', '=', tenantId)
      .where('run_id', '=', runId)
      .executeTakeFirst()
    return { run, snapshot }
  })
  if (found === null) return null
  const { run, snapshot } = found
  const plan = await plans.get(tenantId, run.planHash)
  const session =
    (snapshot === undefined ? null : restoreSession(run, plan, snapshot)) ?? emptySession(identityOf(run), plan)
  await catchUp(database, session)
  session.hasLooseInline = true
  return session
}

/**
 * Applies the events of the log that the session lacks; returns true if there were any.
 *
 * @throws {@link TenonError} as {@link loadSession}; the session must not be used then.
 */
export async function catchUp(database: RuntimeDatabase, session: RunSession): Promise<boolean> {
  const { tenantId, runId } = session.identity
  const before = session.nextSeq
  for (;;) {
    const after = session.nextSeq - 1
    const events = await database.withTenant(tenantId, (tx) => selectEvents(tx, tenantId, runId, after, PAGE))
    replay(session, events)
    if (events.length < PAGE) break
  }
  session.machine.mark()
  if (session.nextSeq === before) return false
  session.hasLooseInline = true
  return true
}

function replay(session: RunSession, events: readonly RunEvent[]): void {
  for (const event of events) {
    if (event.seq !== session.nextSeq) {
      throw new TenonError('RUN_LOG_GAP', `The run log continues with seq ${event.seq}; expected ${session.nextSeq}`, {
        details: { expected: session.nextSeq, found: event.seq },
      })
    }
    if (event.class === 'fact') session.machine.apply(factOf(event))
    absorb(session, [event])
  }
}

/**
 * Returns the fact of a stored event of class `fact`. A later version of this package may have written an unknown one.
 */
function factOf(event: RunEvent): MachineFact {
  if (eventClassOf(event.type) !== 'fact') {
    const message = `The run log holds an event of the type "${event.type}", which this version cannot read`
    throw new TenonError('RUN_LOG_NEWER', message, { details: { type: event.type, seq: event.seq } })
  }
  return event as Fact & { readonly at: number }
}

/** Writes a session as a text from which {@link loadSession} continues. */
export function snapshotText(session: RunSession): string {
  const snapshot: SessionSnapshot = {
    sessionVersion: SESSION_VERSION,
    machine: session.machine.snapshot(),
    turn: session.machine.turn,
    lastAt: session.lastAt,
    beginning: session.beginning,
    timers: [...session.timers],
    attempts: [...session.attempts],
    journal: [...session.journal].map(([nodeRunId, entries]) => [nodeRunId, [...entries]] as const),
  }
  return JSON.stringify(snapshot)
}

function restoreSession(
  run: StoredRun,
  { plan, index }: LoadedPlan,
  row: { readonly seq: number; readonly data: string },
): RunSession | null {
  try {
    const snapshot = JSON.parse(row.data) as SessionSnapshot
    if (snapshot.sessionVersion !== SESSION_VERSION) return null
    return {
      identity: identityOf(run),
      plan,
      index,
      machine: createMachine(plan, snapshot.machine, index),
      beginning: snapshot.beginning,
      nextSeq: row.seq + 1,
      lastAt: snapshot.lastAt,
      timers: new Map(snapshot.timers),
      attempts: new Map(snapshot.attempts),
      journal: new Map(snapshot.journal.map(([nodeRunId, entries]) => [nodeRunId, new Map(entries)])),
      hasLooseInline: true,
      snapshotTurn: snapshot.turn,
      bytes: row.data.length,
      cancelActor: null,
    }
  } catch {
    // A snapshot is a cache: unreadable parts are rebuilt from the log.
    return null
  }
}

function identityOf({ tenantId, runId, workflowId, version, mode, engine, semantics }: StoredRun): RunIdentity {
  return { tenantId, runId, workflowId, version, mode, engine, semantics }
}
