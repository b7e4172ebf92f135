import { nodeTypeKey } from '@tenon/core/document'
import type {
  CallsWait,
  EventReceived,
  Fact,
  MigrateRequest,
  MigrationWithdrawal,
  NodeWait,
  ParkedResolved,
} from '@tenon/core/run'
import { endCall } from './calls.ts'
import { judgeEngineChange } from './change-engine.ts'
import { noteLate, noteUndone, skipCompensation } from './compensation.ts'
import { completeNode } from './complete-node.ts'
import { type FrameContext, findNodeRun, nodeAt, type RunContext, refuse, topFrame } from './context.ts'
import { DEADLINE_TIMER } from './end-run.ts'
import { beginEnding } from './ending.ts'
import { handleFailure } from './failure.ts'
import { close, ERROR_PORT, finishDead, finishSkipped } from './finish-node.ts'
import { hasPort } from './has-port.ts'
import { itemAt } from './lookup.ts'
import { planOf, requestMigration, withdrawMigration } from './migrate-run.ts'
import { closeNodeRun } from './open-runs.ts'
import { pauseRun, resumeRun } from './pause-run.ts'
import type { PlanNode } from './plan.ts'
import { rulesFor, start } from './propagate.ts'
import { findParked, resolveParked } from './resolve-parked.ts'
import { judgeReused, keepReusable } from './reuse.ts'
import type { NodeOutput, OpenRun } from './state.ts'
import type { Turns } from './turn.ts'
import { castVote, findWait, finishChild, fireWaitTimer, openWait, receiveEvent } from './waits.ts'

/** Kinds of waits that no timer ends. */
const WITHOUT_TIMER: ReadonlySet<string> = new Set(['iterations', 'calls', 'parked', 'child', 'connection'])

/** Applies a fact; called only if the fact has an effect. */
export type Act = (turns: Turns) => void

type Outcome = Extract<Fact, { readonly nodeRunId: string }>
type PauseFact = Extract<Fact, { readonly type: 'pause_requested' | 'resume_requested' }>
type OutcomeOf<Type extends Outcome['type']> = Extract<Outcome, { readonly type: Type }>

interface Awaited {
  readonly context: FrameContext
  readonly node: number
  readonly open: OpenRun
}

/** Returns the open pass of an outcome; `null` if that pass has its outcome already. */
function findAwaited(run: RunContext, { nodeRunId, data: { pass } }: Outcome): Awaited | null {
  const found = findNodeRun(run, nodeRunId)
  if (found === null) return null
  const { context, node } = found
  const { state } = context
  if (!Number.isInteger(pass) || pass < 1 || pass > itemAt(state.passes, node)) {
    refuse(`Pass ${pass} of the node run "${nodeRunId}" has never been scheduled`, { nodeRunId, pass })
  }
  const open = state.open.get(node)
  return open === undefined || open.pass !== pass || open.wait !== null ? null : { context, node, open }
}

/** Ends a canceled node, or one that is too late for its join, without data. */
function endWithoutData({ context, node }: Awaited): Act {
  return (turns) => {
    closeNodeRun(context, node)
    close(context, node)
    // The frame may end with it.
    turns.in(context)
  }
}

/** Ends a node that completed while it was being canceled: its output is no data, but it can be undone. */
function endLate(awaited: Awaited, output: NodeOutput): Act {
  const { context, node } = awaited
  const end = endWithoutData(awaited)
  return (turns) => {
    end(turns)
    noteLate(context, node, output)
    // Its caller has to know that it had its effect.
    if (context.calls !== null) endCall(context, turns.in(context), node, { how: 'completed', ...output })
    noteUndone(context, node)
  }
}

function judgeCompleted(run: RunContext, fact: OutcomeOf<'node_completed'>): Act | null {
  const awaited = findAwaited(run, fact)
  const { port, output, outcome } = fact.data
  if (port === ERROR_PORT) refuse('No node completes by the port "error"', { nodeRunId: fact.nodeRunId })
  if (awaited === null) return null
  const { context, node, open } = awaited
  if (open.canceling) return endLate(awaited, { port, output })
  // The nodes after it would be skipped.
  if (!hasPort(nodeAt(context, node), port))
    refuse(`The node has no port "${port}"`, { nodeRunId: fact.nodeRunId, port })
  return (turns) => {
    closeNodeRun(context, node)
    completeNode(context, turns.in(context), node, { port, output }, outcome)
  }
}

function judgeFailed(run: RunContext, fact: OutcomeOf<'node_failed'>): Act | null {
  const awaited = findAwaited(run, fact)
  if (awaited === null) return null
  const { context, node, open } = awaited
  if (open.canceling) return endWithoutData(awaited)
  return (turns) => handleFailure(context, turns.in(context), turns.decisions, node, fact.data.error)
}

function judgeCanceled(run: RunContext, fact: OutcomeOf<'node_canceled'>): Act | null {
  const awaited = findAwaited(run, fact)
  if (awaited === null) return null
  if (!awaited.open.canceling) {
    refuse('The cancelation of this node run was not requested', { nodeRunId: fact.nodeRunId })
  }
  return endWithoutData(awaited)
}

function judgeSuspended(run: RunContext, fact: OutcomeOf<'node_suspended'>): Act | null {
  const awaited = findAwaited(run, fact)
  const { nodeRunId } = fact
  const { waitFor } = fact.data
  if (waitFor.kind === 'approval' && (waitFor.choices.length === 0 || !(waitFor.required >= 1))) {
    refuse('An approval needs choices and at least one vote', { nodeRunId })
  }
  if (awaited === null) return null
  const { context, node } = awaited
  if (waitFor.kind === 'iterations' && !canIterate(context, node, waitFor)) {
    refuse('The node run cannot begin these iterations', { nodeRunId })
  }
  if (waitFor.kind === 'calls' && !canCall(nodeAt(context, node), waitFor)) {
    refuse('The node run cannot make these calls', { nodeRunId })
  }
  return (turns) => openWait(context, turns.in(context), node, waitFor)
}

/** Checks calls: of types that the node may call, each with an id of its own. */
function canCall({ calls: callable = [] }: PlanNode, { calls }: CallsWait): boolean {
  const ids = new Set(calls.map(({ callId }) => callId))
  const areListed = calls.every(({ nodeType, typeVersion }) => callable.includes(nodeTypeKey(nodeType, typeVersion)))
  return calls.length > 0 && ids.size === calls.length && areListed
}

/** Checks iterations: only a loop has them, at least one runs at a time, and none is taken back or begun after a failure. */
function canIterate(
  context: FrameContext,
  node: number,
  { count, concurrency }: Extract<NodeWait, { readonly kind: 'iterations' }>,
): boolean {
  const begun = context.state.loops.get(node)
  const isLoop = nodeAt(context, node).children !== undefined && begun?.stopped !== true
  return isLoop && Number.isInteger(count) && count >= (begun?.next ?? 0) && concurrency >= 1
}

function judgeSkipped(run: RunContext, fact: OutcomeOf<'node_skipped'>): Act | null {
  const awaited = findAwaited(run, fact)
  if (awaited === null) return null
  const { context, node, open } = awaited
  if (open.resume !== null) refuse('A pass after a wait cannot be skipped', { nodeRunId: fact.nodeRunId })
  if (open.canceling) return endWithoutData(awaited)
  return (turns) => {
    const turn = turns.in(context)
    closeNodeRun(context, node)
    turn.skipped.skip_if.push(node)
    finishSkipped(context, turn, node, { clean: true })
  }
}

function judgeTimer(run: RunContext, timerId: string): Act | null {
  const { state, undoLog } = run
  if (timerId !== DEADLINE_TIMER) {
    const waiting = findWait(run, timerId)
    const kind = waiting?.wait.waitFor.kind
    if (kind !== undefined && WITHOUT_TIMER.has(kind)) refuse(`A wait of the kind "${kind}" has no timer`, { timerId })
    return waiting === null ? null : (turns) => fireWaitTimer(turns.in(waiting.context), waiting)
  }
  if (!state.deadline) return null
  return (turns) => {
    const top = topFrame(run)
    undoLog.setField(state, 'deadline', false)
    if (top.state.ending === null) beginEnding(top, turns.in(top), { kind: 'canceled', reason: 'timeout' })
  }
}

function judgeResolution(run: RunContext, { waitId, resolution }: ParkedResolved): Act | null {
  const parked = findParked(run, waitId, resolution)
  return parked === null ? null : (turns) => resolveParked(turns.in(parked.context), parked, resolution)
}

function judgeVote(run: RunContext, { waitId, vote }: Extract<Fact, { type: 'approval_decided' }>['data']): Act | null {
  const waiting = findWait(run, waitId)
  if (waiting === null) return null
  const { waitFor, votes } = waiting.wait
  if (waitFor.kind !== 'approval' || !waitFor.choices.includes(vote.choice)) {
    refuse(`"${vote.choice}" cannot be chosen`, { waitId, choice: vote.choice })
  }
  if (votes.some(({ actor }) => actor.userId === vote.actor.userId)) return null
  return (turns) => castVote(turns.in(waiting.context), waiting, vote, waitFor.required)
}

function judgeEvent(run: RunContext, event: EventReceived): Act | null {
  const waiting = findWait(run, event.waitId)
  if (waiting === null) return null
  const { kind } = waiting.wait.waitFor
  if (kind !== 'event' && kind !== 'callback' && kind !== 'connection') {
    refuse(`A wait of the kind "${kind}" gets no event`, { waitId: event.waitId })
  }
  return (turns) => receiveEvent(turns.in(waiting.context), waiting, event)
}

function judgeChild(run: RunContext, data: Extract<Fact, { type: 'child_finished' }>['data']): Act | null {
  const { waitId, childRunId, ...end } = data
  const waiting = findWait(run, waitId)
  if (waiting === null) return null
  const { waitFor } = waiting.wait
  if (waitFor.kind !== 'child' || waitFor.childRunId !== childRunId) {
    refuse('The node run does not wait for this run', { waitId, childRunId })
  }
  return (turns) => finishChild(turns.in(waiting.context), waiting, childRunId, end)
}

function judgeCancel(run: RunContext, { reason }: Extract<Fact, { type: 'cancel_requested' }>['data']): Act | null {
  const top = topFrame(run)
  const { over, isCompensationSkipped, undoable, compensation } = run.state
  if (over) return null
  if (top.state.ending !== null) {
    // The run is ending already, but the database stores no more of it: it must end without further steps.
    const hasSteps = undoable.length > 0 || (compensation?.current ?? null) !== null
    const mustSkip = reason === 'refused' && hasSteps && !isCompensationSkipped
    return mustSkip ? (turns) => skipCompensation(run, turns) : null
  }
  return (turns) => beginEnding(top, turns.in(top), { kind: 'canceled', reason })
}

function judgeSkipCompensation(run: RunContext): Act | null {
  const { over, isCompensationSkipped } = run.state
  return over || isCompensationSkipped ? null : (turns) => skipCompensation(run, turns)
}

/** Applies a request to pause or to resume; one that changes nothing, or that was applied before, has no effect. */
function judgePause(run: RunContext, fact: PauseFact): Act | null {
  const { over, paused, requests } = run.state
  const isPause = fact.type === 'pause_requested'
  const isEnding = topFrame(run).state.ending !== null && run.state.compensation === null
  if (over || isEnding || paused === isPause || requests.has(fact.data.requestId)) return null
  return (turns) => (isPause ? pauseRun : resumeRun)(run, turns, fact.data)
}

/**
 * Applies a request to move to another version. It has no effect before the start and during the end of a run, and if it
 * was applied before.
 */
function judgeMigration(run: RunContext, request: MigrateRequest): Act | null {
  const { semantics, over, requests } = run.state
  const { planHash, requestId } = request
  planOf(run, planHash)
  if (semantics === 0 || over || topFrame(run).state.ending !== null || requests.has(requestId)) return null
  return (turns) => requestMigration(run, turns, request)
}

/** Applies the withdrawal of a request to move; it has no effect once the run has moved, has refused to, or is over. */
function judgeWithdrawal(run: RunContext, { requestId }: MigrationWithdrawal): Act | null {
  const { migration } = run.state
  if (migration?.requestId !== requestId) return null
  return (turns) => withdrawMigration(run, turns, migration)
}

/**
 * Checks a fact and returns its effect, without applying it.
 *
 * @returns `null` for a fact without effect.
 * @throws {@link TenonError} `FACT_INVALID` for an impossible fact.
 */
export function judgeFact(run: RunContext, fact: Fact): Act | null {
  switch (fact.type) {
    case 'run_started': {
      const trigger = checkStart(run, fact.data)
      const { semantics, over } = run.state
      return semantics > 0 || over ? null : (turns) => startRun(run, turns, trigger, fact.data)
    }
    case 'outcomes_reused': {
      const reusable = judgeReused(run, fact.data.outcomes)
      return reusable === null ? null : () => keepReusable(run, reusable)
    }
    case 'node_completed':
      return judgeCompleted(run, fact)
    case 'node_failed':
      return judgeFailed(run, fact)
    case 'node_canceled':
      return judgeCanceled(run, fact)
    case 'node_suspended':
      return judgeSuspended(run, fact)
    case 'node_skipped':
      return judgeSkipped(run, fact)
    case 'timer_fired':
      return judgeTimer(run, fact.data.timerId)
    case 'approval_decided':
      return judgeVote(run, fact.data)
    case 'parked_resolved':
      return judgeResolution(run, fact.data)
    case 'event_received':
      return judgeEvent(run, fact.data)
    case 'child_finished':
      return judgeChild(run, fact.data)
    case 'cancel_requested':
      return judgeCancel(run, fact.data)
    case 'compensation_skip_requested':
      return judgeSkipCompensation(run)
    case 'pause_requested':
    case 'resume_requested':
      return judgePause(run, fact)
    case 'engine_change_requested':
      return judgeEngineChange(run, fact.data)
    case 'migrate_requested':
      return judgeMigration(run, fact.data)
    case 'migration_withdrawn':
      return judgeWithdrawal(run, fact.data)
    default:
      return refuse('The interpreter does not know this fact', { type: (fact as { readonly type: string }).type })
  }
}

type StartData = Extract<Fact, { type: 'run_started' }>['data']

/** Checks that a run of this plan can start like this. */
function checkStart(run: RunContext, { planHash, semantics, trigger }: StartData): number {
  const { plan } = run.index
  const hasMoved = run.state.version !== null
  if (planHash !== plan.planHash && !hasMoved)
    refuse('The run was started with another plan', { planHash, expected: plan.planHash })
  rulesFor(semantics)
  const node = run.index.indexOf(trigger)
  if (node === undefined) refuse(`The plan has no node "${trigger}"`, { nodeRunId: trigger })
  if (itemAt(plan.nodes, node).control !== 'trigger') refuse(`The node "${trigger}" is not a trigger`, { trigger })
  return node
}

/** Starts the trigger; every other node without incoming edges is dead, with all nodes that only it leads to. */
function startRun(run: RunContext, turns: Turns, trigger: number, data: StartData): void {
  const { state, undoLog } = run
  const top = topFrame(run)
  const turn = turns.in(top)
  undoLog.setField(state, 'semantics', data.semantics)
  if (data.deadlineAt !== null) {
    undoLog.setField(state, 'deadline', true)
    const timer = { timerId: DEADLINE_TIMER, purpose: 'deadline', dueAt: data.deadlineAt } as const
    turn.decisions.push({ type: 'timer_set', data: timer })
  }
  for (const node of top.index.roots()) {
    if (node === trigger) continue
    turn.skipped.dead_path.push(node)
    finishDead(top, turn, node)
  }
  start(top, turn, trigger)
}
