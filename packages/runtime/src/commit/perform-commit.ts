import type { TenonError } from '@tenon/core/errors'
import type { RunEvent } from '@tenon/core/run'
import { sql } from 'kysely'
import { type Bus, publishChange, runTopic } from '../bus.ts'
import { isAppendRefused } from '../postgres/refusal.ts'
import type { RuntimeDatabase } from '../postgres/tables.ts'
import type { AppendOperation, AppendResult, NewRun } from '../store/append-types.ts'
import type { Appender } from '../store/create-appender.ts'
import type { CommitRequest, FactToCommit, StartedNode } from './commit-types.ts'
import { type DrivePorts, drive, passKey } from './drive.ts'
import { catchUp, snapshotText } from './load-session.ts'
import {
  addObservation,
  addPayloads,
  appendOf,
  createPendingAppend,
  type PendingAppend,
  storedEvents,
} from './pending-append.ts'
import { absorb, type RunSession } from './run-session.ts'

/** What one commit takes in. */
export interface CommitWork extends Omit<CommitRequest, 'tenantId' | 'runId' | 'isStale' | 'isRepeated'> {
  /**
   * Stores only if the log ends where the session ends. If another process has written since, the session is brought up
   * to date, nothing is stored, and the outcome is `unchanged`.
   */
  readonly isPinned?: boolean
}

/** What its appends have stored. */
export interface Performed {
  readonly outcome: 'committed' | 'unchanged' | 'missing'
  readonly events: readonly RunEvent[]
  readonly started: readonly StartedNode[]
  readonly metOthers: boolean
  readonly hasMore: boolean
}

export interface PerformPorts extends DrivePorts {
  readonly database: RuntimeDatabase
  readonly appender: Appender
  readonly bus: Bus
  readonly now: () => number
}

/**
 * Slices of pure work are short, so that one run does not hold up the others of its process and messages to the run are
 * read in between.
 */
const SLICE = { maxTurns: 200, maxMs: 50 } as const
/**
 * With `durability: 'strict'` every pure node is stored before the next one starts. So it is after a refusal, too, to find
 * the turn at fault.
 */
const STRICT_SLICE = { maxTurns: 1, maxMs: Number.POSITIVE_INFINITY } as const
const SNAPSHOT_TURNS = 256

/**
 * Takes work into a run, append by append, until nothing is left that needs no body, or a slice of inline nodes is full. The caller holds the run's lock.
 * When it throws, the session is no longer to be used.
 *
 * An append that the database refuses for good is taken apart turn by turn: an inline node whose outcome is refused
 * fails with `OUTCOME_REFUSED`, a refused message is dropped.
 *
 * @throws {@link TenonError} `APPEND_REFUSED` if a fact or an observation of the caller itself is refused.
 */
export async function performCommit(
  session: RunSession,
  work: CommitWork,
  newRun: NewRun | null,
  ports: PerformPorts,
): Promise<Performed> {
  const refusedPasses = new Set<string>()
  let isAlone = false
  const events: RunEvent[] = []
  const started: StartedNode[] = []
  const fullAt = performance.now() + SLICE.maxMs
  let turns = 0
  let metOthers = false
  let create = newRun
  let extras: CommitWork | null = work
  let facts: readonly FactToCommit[] = [...work.facts, ...dueTimers(session, work.fireTimersDueAt)]
  for (;;) {
    const pending = createPendingAppend(session)
    try {
      addExtras(pending, extras)
      if (!isAlone) addSnapshot(session, pending)
      const slice = isAlone || session.plan.durability === 'strict' ? STRICT_SLICE : SLICE
      const at = Math.max(ports.now(), session.lastAt)
      const take = isAlone ? undefined : work.take
      const left = await drive(
        session,
        pending,
        { ...slice, facts, at, take, worker: work.worker ?? '', refusedPasses },
        ports,
      )
      if (pending.events.length === 0) {
        await operate(ports.database, session, pending.operations)
        return { outcome: events.length > 0 ? 'committed' : 'unchanged', events, started, metOthers, hasMore: false }
      }
      const result = await ports.appender.append(appendOf(pending, session, create, extras?.isPinned === true))
      if (result.outcome === 'ok') {
        if (await settle(session, pending, result, events, ports)) metOthers = true
        started.push(...pending.started)
        create = null
        extras = null
        facts = left
        turns += pending.turns
        const hasMore = session.hasLooseInline
        const isFull = turns >= SLICE.maxTurns || performance.now() >= fullAt
        if (facts.length === 0 && (!hasMore || isFull)) {
          return { outcome: 'committed', events, started, metOthers, hasMore }
        }
        continue
      }
      undo(session, pending)
      if (result.outcome !== 'conflict') {
        return {
          outcome: result.outcome === 'missing' ? 'missing' : 'unchanged',
          events,
          started,
          metOthers,
          hasMore: false,
        }
      }
      await catchUp(ports.database, session)
      metOthers = true
      if (extras?.isPinned === true) return { outcome: 'unchanged', events, started, metOthers, hasMore: false }
    } catch (error) {
      undo(session, pending)
      if (!isAppendRefused(error)) throw error
      if (isAlone) {
        const messageId = refuseTurn(pending, refusedPasses, error)
        if (messageId !== null) {
          await dropMessage(session, messageId, error, ports)
          facts = facts.filter((fact) => fact.messageId !== messageId)
        }
      }
      isAlone = true
    }
  }
}

/**
 * Takes out what the database refuses for good, so that the run continues: an inline node fails, a message is dropped.
 *
 * @returns The message that is to be dropped, or null.
 * @throws The refusal, if the caller's own fact or observation is at fault.
 */
function refuseTurn({ lastTurnOf }: PendingAppend, refusedPasses: Set<string>, refusal: TenonError): string | null {
  if (lastTurnOf?.kind === 'fact' && lastTurnOf.fact.messageId !== undefined) return lastTurnOf.fact.messageId
  const key = lastTurnOf?.kind === 'inline' ? passKey(lastTurnOf.nodeRunId, lastTurnOf.pass) : null
  if (key === null || refusedPasses.has(key)) throw refusal
  refusedPasses.add(key)
  return null
}

async function dropMessage(
  session: RunSession,
  messageId: string,
  refusal: TenonError,
  { database, log }: PerformPorts,
): Promise<void> {
  const { runId } = session.identity
  log('error', 'run.message_dropped: the database cannot store it', { runId, messageId, ...refusal.details })
  await operate(database, session, [{ op: 'inbox_consumed', messageId }])
}

function dueTimers({ timers }: RunSession, at: number | undefined): readonly FactToCommit[] {
  if (at === undefined) return []
  return [...timers]
    .filter(([, dueAt]) => dueAt <= at)
    .sort(([, a], [, b]) => a - b)
    .map(([timerId, dueAt]) => ({ fact: { type: 'timer_fired', data: { timerId, dueAt, lateMs: at - dueAt } } }))
}

function addExtras(pending: PendingAppend, work: CommitWork | null): void {
  for (const entry of work?.observations ?? []) addObservation(pending, entry)
  pending.operations.push(...(work?.operations ?? []))
  addPayloads(pending, work?.payloads ?? [])
}

/** Numbers the stored events; true if another process has written between. */
async function settle(
  session: RunSession,
  pending: PendingAppend,
  { firstSeq, turnBefore }: Extract<AppendResult, { outcome: 'ok' }>,
  events: RunEvent[],
  { database, bus, values }: PerformPorts,
): Promise<boolean> {
  const metOthers = firstSeq > session.nextSeq
  session.machine.mark()
  // Observations of another process lie between: they move no machine, but attempts are counted by them.
  if (metOthers) await catchUp(database, session)
  const stored = storedEvents(pending, firstSeq, turnBefore)
  absorb(session, stored)
  for (const payload of pending.payloads) values.keep(session.identity.tenantId, payload, payload.json)
  events.push(...stored)
  announce(bus, session, pending)
  return metOthers
}

function announce(bus: Bus, { identity, machine, nextSeq }: RunSession, pending: PendingAppend): void {
  const { tenantId, runId, workflowId } = identity
  bus.publish(runTopic(tenantId, runId), { seq: nextSeq - 1 })
  if (machine.status !== pending.statusBefore || pending.turnBefore === 0) {
    publishChange(bus, tenantId, { kind: 'run', id: runId, workflowId })
  }
  for (const operation of pending.operations) {
    if (operation.op !== 'wait_open' && operation.op !== 'wait_close') continue
    publishChange(bus, tenantId, { kind: 'approval', id: operation.approvalId, workflowId })
  }
}

/** Gives the machine back to the last stored turn, and the slots to those who wait. */
function undo(session: RunSession, pending: PendingAppend): void {
  session.machine.rollback()
  session.hasLooseInline = true
  for (const { slot } of pending.started.splice(0)) slot.release()
}

/** A snapshot of the last stored turn; ever rarer in a growing run, so that all together cost no more than the log. */
function addSnapshot(session: RunSession, pending: PendingAppend): void {
  const { turn } = session.machine
  if (turn - session.snapshotTurn < Math.max(SNAPSHOT_TURNS, session.snapshotTurn)) return
  pending.operations.push({ op: 'snapshot', seq: session.nextSeq - 1, data: snapshotText(session) })
  session.snapshotTurn = turn
}

/** Carries out what belongs to messages that moved nothing, which an append would have done otherwise. */
async function operate(
  database: RuntimeDatabase,
  { identity }: RunSession,
  operations: readonly AppendOperation[],
): Promise<void> {
  if (operations.length === 0) return
  const { tenantId, runId } = identity
  const call = sql`select ${sql.id(database.schema, 'append_operations_v1')}(${tenantId}, ${runId}, ${JSON.stringify(operations)}::json)`
  await database.withTenant(tenantId, (tx) => call.execute(tx))
}
