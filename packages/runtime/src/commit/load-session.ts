import { TenonError } from '@tenon/core/errors'
import type { Fact, RunEvent, ValueRef } from '@tenon/core/run'
import { createMachine } from '../interpreter/machine.ts'
import type { MachineFact, MachineSnapshot } from '../interpreter/machine-types.ts'
import type { RuntimeDatabase } from '../postgres/tables.ts'
import type { StoredRun } from '../run-store.ts'
import { selectEvents, selectRun } from '../store/run-reader.ts'
import type { LoadedPlan, PlanCache } from './plan-cache.ts'
import { absorb, type PassAttempts, type RunBeginning, type RunIdentity, type RunSession } from './run-session.ts'

const PAGE = 5_000

/** Grows with the form of {@link SessionSnapshot}; others are rebuilt from the log. */
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

/** A session of a run that nobody has begun. */
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
 * @throws {@link TenonError} `RUN_LOG_GAP` if plan or events lack.
 */
export async function loadSession(
  database: RuntimeDatabase,
  plans: PlanCache,
  tenantId: string,
  runId: string,
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

/** Reads what the log has beyond the session and applies it; true if there was anything. */
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

/** The fact that a stored event of class `fact` holds. */
function factOf(event: RunEvent): MachineFact {
  return event as Fact & { readonly at: number }
}

/** The session as text that {@link loadSession} goes on from. */
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
    // A snapshot is a cache: whatever cannot be read of it, the log has.
    return null
  }
}

function identityOf({ tenantId, runId, workflowId, version, mode, engine, semantics }: StoredRun): RunIdentity {
  return { tenantId, runId, workflowId, version, mode, engine, semantics }
}
