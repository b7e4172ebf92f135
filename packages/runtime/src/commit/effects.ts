import { createHash } from 'node:crypto'
import { type ChildEnd, callOriginOf, type Decision, type Fact, makeValueRef, nodeIdOf } from '@tenon/core/run'
import type { MachineFact } from '../interpreter/machine-types.ts'
import type { AppendOperation } from '../store/append.ts'
import { matchKeyOf } from '../store/match-key.ts'
import type { ParkedRow } from '../store/parked-rows.ts'
import { dispatchRequirements, isQueued, runRequirements } from '../store/requirements.ts'
import { deadlineTimerId } from '../store/run-ref.ts'
import { cancelFailure } from './cancel-failure.ts'
import { addChildCancel, addChildEnd, addChildStart } from './child-effects.ts'
import { addEngineChange } from './engine-effects.ts'
import type { PendingAppend } from './pending-append.ts'
import { noteCancelRequest, planNodeOf, type RunSession } from './session.ts'

/**
 * Adds the changes of a fact to the tables beside the log.
 *
 * @param queue - Task queue of the node of an outcome; `null` for none.
 */
export function addFactEffects(
  pending: PendingAppend,
  session: RunSession,
  fact: MachineFact,
  queue: string | null,
): void {
  noteCancelRequest(session, fact)
  if (fact.type === 'run_started') pending.patch = { ...pending.patch, startedAt: fact.at }
  // Messages that were stored while the child ended.
  if (fact.type === 'child_finished') pending.operations.push({ op: 'inbox_clear', runId: fact.data.childRunId })
  if (fact.type === 'timer_fired' && pending.engine === 'embedded') {
    pending.operations.push({ op: 'timer_clear', timerId: fact.data.timerId })
  }
  if (pending.engine === 'embedded' && isOutcome(fact) && queue !== null) {
    // The worker that executes the node may differ from the one that drives the run.
    const { nodeRunId, data } = fact
    pending.operations.push({ op: 'dispatch_end', nodeRunId, pass: data.pass }, { op: 'ready', workerId: null })
    // A called node has no total time, and has no node any more.
    const { totalTimeoutMs } = session.index.nodeOf(nodeIdOf(nodeRunId)) ?? {}
    const timerId = deadlineTimerId({ nodeRunId, pass: data.pass })
    if (totalTimeoutMs !== undefined) pending.operations.push({ op: 'timer_clear', timerId })
  }
}

const OUTCOMES = ['node_completed', 'node_failed', 'node_canceled', 'node_suspended', 'node_skipped'] as const

function isOutcome(fact: MachineFact): fact is Extract<MachineFact, { readonly type: (typeof OUTCOMES)[number] }> {
  return (OUTCOMES as readonly string[]).includes(fact.type)
}

/** Checks whether a called node run has ended in the same turn: one that only waits ends at once when it is canceled. */
function hasEndedAsCall({ machine }: RunSession, nodeRunId: string): boolean {
  return callOriginOf(nodeRunId) !== null && machine.calledNode(nodeRunId) === null
}

/** Adds the changes of a decision to the tables beside the log: timers, waits, children, the end of the run. */
export function addDecisionEffects(pending: PendingAppend, session: RunSession, decision: Decision, at: number): void {
  const { identity } = session
  // On Temporal the shell's own timers are the clock.
  const hasTimers = pending.engine === 'embedded'
  switch (decision.type) {
    case 'timer_set': {
      const { timerId, dueAt } = decision.data
      if (hasTimers) pending.operations.push({ op: 'timer_set', timerId, dueAt })
      return
    }
    case 'timer_cleared':
      if (hasTimers) pending.operations.push({ op: 'timer_clear', timerId: decision.data.timerId })
      return
    case 'node_scheduled': {
      const { nodeRunId, data } = decision
      const node = planNodeOf(session, nodeRunId)
      if (pending.engine !== 'embedded' || !isQueued(node)) return
      const { key: requires } = dispatchRequirements({ plan: session.plan, semantics: identity.semantics }, node)
      const { pass, deadlineAt } = data
      pending.operations.push({ op: 'dispatch_add', nodeRunId, pass, requires })
      if (deadlineAt === undefined) return
      // No worker may serve the queue: the one that drives the run ends the node then.
      pending.operations.push({ op: 'timer_set', timerId: deadlineTimerId({ nodeRunId, pass }), dueAt: deadlineAt })
      return
    }
    case 'node_cancel_requested': {
      const { nodeRunId, data } = decision
      if (pending.engine !== 'embedded' || hasEndedAsCall(session, nodeRunId)) return
      if (!isQueued(planNodeOf(session, nodeRunId))) return
      pending.operations.push({ op: 'dispatch_cancel', nodeRunId, pass: data.pass })
      return
    }
    case 'approval_needed': {
      const { waitFor } = decision.data
      const row = { kind: 'approval', waitFor: JSON.stringify(waitFor), openedAt: at, dueAt: waitFor.dueAt } as const
      pending.operations.push({ op: 'wait_open', ...waitRow(session, decision), ...row })
      return
    }
    case 'wait_opened':
      addEventWait(pending, session, decision, at)
      return
    case 'node_parked': {
      const { fingerprint } = decision.data
      const waitFor = JSON.stringify({ ...shortParked(decision.data), ...callOf(session, decision.nodeRunId) })
      const row = { kind: 'parked', waitFor, openedAt: at, dueAt: null, fingerprint } as const
      pending.operations.push({ op: 'wait_open', ...waitRow(session, decision), ...row })
      return
    }
    case 'wait_closed': {
      const { nodeRunId } = decision
      const { waitId, how } = decision.data
      const approvalId = approvalIdOf(identity.runId, waitId)
      pending.operations.push({ op: 'wait_close', approvalId, nodeRunId, how, at })
      return
    }
    case 'child_requested':
      addChildStart(pending, session, decision, at)
      return
    case 'child_cancel_requested':
      addChildCancel(pending, decision, at)
      return
    case 'run_migrated': {
      const { version, planHash } = decision.data
      pending.operations.push({ op: 'move', version, planHash })
      // Stored before the append.
      const { key: requires } = runRequirements({
        ...{ plan: session.plan, semantics: identity.semantics, tenantQueue: pending.tenantQueue },
      })
      if (pending.engine === 'embedded') pending.operations.push({ op: 'require', requires })
      return
    }
    case 'engine_changed':
      addEngineChange(pending, session, decision.data)
      pending.engine = decision.data.to
      return
    case 'run_completed': {
      const { outcome, endNodeRunId } = decision.data
      const end = endNodeRunId === null ? null : session.machine.outputs.outputOf(nodeIdOf(endNodeRunId))
      const output = end?.output ?? makeValueRef({})
      addEnd(pending, session, at, { status: 'completed', outcome, output, error: null })
      return
    }
    case 'run_error':
      addEnd(pending, session, at, { status: 'failed', outcome: null, output: null, error: decision.data.error })
      return
    case 'run_canceled': {
      const { cancelActor: actor, plan } = session
      const error = cancelFailure(decision.data.reason, { actor, timeoutMs: plan.timeoutMs })
      addEnd(pending, session, at, { status: 'canceled', outcome: null, output: null, error })
    }
  }
}

/** Adds the row of a wait for an event, a callback or a connection, which takes one that was kept for it at once. */
function addEventWait(
  { operations, engine }: PendingAppend,
  session: RunSession,
  decision: Extract<Decision, { readonly type: 'wait_opened' }>,
  openedAt: number,
): void {
  const { runId } = session.identity
  const { waitFor, waitId } = decision.data
  if (waitFor.kind !== 'event' && waitFor.kind !== 'callback' && waitFor.kind !== 'connection') return
  const { kind, dueAt } = waitFor
  const matchKey = matchKeyOf(
    waitFor.kind === 'callback' ? { kind: 'callback', runId, nodeRunId: decision.nodeRunId } : waitFor,
  )
  const row = { kind, waitFor: JSON.stringify(waitFor), openedAt, dueAt, matchKey } as const
  const wait = waitRow(session, decision)
  operations.push(
    { op: 'event_lock', matchKey },
    { op: 'wait_open', ...wait, ...row },
    { op: 'event_match', matchKey, approvalId: wait.approvalId, waitId },
    { op: engine === 'embedded' ? 'event_wake' : 'event_outbox', waitId },
  )
}

function waitRow(
  { identity: { runId, workflowId } }: RunSession,
  {
    nodeRunId,
    data: { waitId },
  }: Extract<Decision, { readonly type: 'approval_needed' | 'node_parked' | 'wait_opened' }>,
) {
  return { approvalId: approvalIdOf(runId, waitId), waitId, nodeRunId, nodeId: nodeIdOf(nodeRunId), workflowId }
}

/** Returns what lists show of a parked node run; the details of the failure are in the log. */
function shortParked({ error, resolutions }: Extract<Decision, { readonly type: 'node_parked' }>['data']): ParkedRow {
  const { code, message, remedy } = error
  return { error: { code, message, ...(remedy === undefined ? {} : { remedy }) }, resolutions }
}

/** Returns the type of a called node run, by which values of a resolution are checked. */
function callOf({ machine }: RunSession, nodeRunId: string): Pick<ParkedRow, 'call'> {
  const node = machine.calledNode(nodeRunId)
  if (node === null) return {}
  const { type: nodeType, typeVersion, connection } = node
  return { call: { nodeType, typeVersion, ...(connection === undefined ? {} : { connection }) } }
}

function addEnd(pending: PendingAppend, session: RunSession, finishedAt: number, end: ChildEnd): void {
  const { outcome, output, error } = end
  pending.patch = {
    ...pending.patch,
    ...(outcome === null ? {} : { outcome }),
    ...(output === null ? {} : { output }),
    ...(error === null ? {} : { error }),
    finishedAt,
  }
  pending.operations.push({ op: 'inbox_clear' }, { op: 'timers_end' }, { op: 'finish' })
  if (pending.engine === 'temporal') pending.operations.push({ op: 'outbox_clear' })
  addChildEnd(pending, session, end, finishedAt)
}

/** Returns the id of a wait within its tenant: opaque, URL-safe and deterministic. */
export function approvalIdOf(runId: string, waitId: string): string {
  return createHash('sha256').update(`${runId}\n${waitId}`).digest('hex').slice(0, 32)
}

/** Returns the operations for a message that the run does not apply: an accepted resolution is taken back. */
export function reopenedBy(runId: string, fact: Fact): readonly AppendOperation[] {
  if (fact.type !== 'parked_resolved') return []
  const { waitId, requestId } = fact.data
  return [{ op: 'wait_reopen', approvalId: approvalIdOf(runId, waitId), requestId }]
}
