import type { Fact } from '@tenon/core/run'
import { type MachineContext, nodeAt, nodeOf, refuse, type Turn } from './context.ts'
import { beginEnding, DEADLINE_TIMER } from './ending.ts'
import { handleFailure } from './failure.ts'
import { close, ERROR_PORT, finishDead, finishLive, finishSkipped } from './finish-node.ts'
import { itemAt } from './lookup.ts'
import { closeNodeRun } from './open-runs.ts'
import { pauseRun, resumeRun } from './pause-run.ts'
import { rulesFor, start } from './propagate.ts'
import type { OpenRun } from './state.ts'
import { castVote, findWait, fireWaitTimer, openWait } from './waits.ts'

/** Applies a fact; called only if the fact has an effect. */
export type Act = (turn: Turn) => void

type Outcome = Extract<Fact, { readonly nodeRunId: string }>
type PauseFact = Extract<Fact, { readonly type: 'pause_requested' | 'resume_requested' }>
type OutcomeOf<Type extends Outcome['type']> = Extract<Outcome, { readonly type: Type }>

interface Awaited {
  readonly node: number
  readonly open: OpenRun
}

/** Returns the open pass of an outcome; `null` if that pass has its outcome already. */
function findAwaited(context: MachineContext, { nodeRunId, data: { pass } }: Outcome): Awaited | null {
  const { state } = context
  const node = nodeOf(context, nodeRunId)
  if (!Number.isInteger(pass) || pass < 1 || pass > itemAt(state.passes, node)) {
    refuse(`Pass ${pass} of the node run "${nodeRunId}" has never been scheduled`, { nodeRunId, pass })
  }
  const open = state.open.get(node)
  return open === undefined || open.pass !== pass || open.wait !== null ? null : { node, open }
}

/** Ends a canceled node, or one that is too late for its join, without data. */
function endWithoutData(context: MachineContext, node: number): void {
  closeNodeRun(context, node)
  close(context, node)
}

function judgeCompleted(context: MachineContext, fact: OutcomeOf<'node_completed'>): Act | null {
  const awaited = findAwaited(context, fact)
  const { port, output, outcome } = fact.data
  if (port === ERROR_PORT) refuse('No node completes by the port "error"', { nodeRunId: fact.nodeRunId })
  if (awaited === null) return null
  const { node, open } = awaited
  if (open.canceling) return () => endWithoutData(context, node)
  return (turn) => {
    closeNodeRun(context, node)
    if (nodeAt(context, node).control === 'end') reachEnd(context, node, outcome ?? 'completed')
    finishLive(context, turn, node, { port, output }, { clean: true })
  }
}

function reachEnd({ state, undoLog }: MachineContext, index: number, outcome: string): void {
  if (state.reachedEnd !== null && state.reachedEnd.index < index) return
  undoLog.setField(state, 'reachedEnd', { index, outcome })
}

function judgeFailed(context: MachineContext, fact: OutcomeOf<'node_failed'>): Act | null {
  const awaited = findAwaited(context, fact)
  if (awaited === null) return null
  const { node, open } = awaited
  if (open.canceling) return () => endWithoutData(context, node)
  return (turn) => {
    closeNodeRun(context, node)
    handleFailure(context, turn, turn.direct, node, fact.data.error)
  }
}

function judgeCanceled(context: MachineContext, fact: OutcomeOf<'node_canceled'>): Act | null {
  const awaited = findAwaited(context, fact)
  if (awaited === null) return null
  const { node, open } = awaited
  if (!open.canceling) refuse('The cancelation of this node run was not requested', { nodeRunId: fact.nodeRunId })
  return () => endWithoutData(context, node)
}

function judgeSuspended(context: MachineContext, fact: OutcomeOf<'node_suspended'>): Act | null {
  const awaited = findAwaited(context, fact)
  const { waitFor } = fact.data
  if (waitFor.kind === 'approval' && (waitFor.choices.length === 0 || !(waitFor.required >= 1))) {
    refuse('An approval needs choices and at least one vote', { nodeRunId: fact.nodeRunId })
  }
  return awaited === null ? null : (turn) => openWait(context, turn, awaited.node, waitFor)
}

function judgeSkipped(context: MachineContext, fact: OutcomeOf<'node_skipped'>): Act | null {
  const awaited = findAwaited(context, fact)
  if (fact.data.pass !== 1) refuse('Only a first pass can be skipped', { nodeRunId: fact.nodeRunId })
  if (awaited === null) return null
  const { node, open } = awaited
  if (open.canceling) return () => endWithoutData(context, node)
  return (turn) => {
    closeNodeRun(context, node)
    turn.skipped.skip_if.push(node)
    finishSkipped(context, turn, node, { clean: true })
  }
}

function judgeTimer(context: MachineContext, timerId: string): Act | null {
  const { state, undoLog } = context
  if (timerId !== DEADLINE_TIMER) {
    const waiting = findWait(context, timerId)
    return waiting === null ? null : (turn) => fireWaitTimer(context, turn, waiting)
  }
  if (!state.deadline) return null
  return (turn) => {
    undoLog.setField(state, 'deadline', false)
    if (state.ending === null) beginEnding(context, turn, { kind: 'canceled', reason: 'timeout' })
  }
}

function judgeVote(
  context: MachineContext,
  { waitId, vote }: Extract<Fact, { type: 'approval_decided' }>['data'],
): Act | null {
  const waiting = findWait(context, waitId)
  if (waiting === null) return null
  const { waitFor, votes } = waiting.wait
  if (waitFor.kind !== 'approval' || !waitFor.choices.includes(vote.choice)) {
    refuse(`"${vote.choice}" cannot be chosen`, { waitId, choice: vote.choice })
  }
  if (votes.some(({ actor }) => actor.userId === vote.actor.userId)) return null
  return (turn) => castVote(context, turn, waiting, vote, waitFor.required)
}

function judgeCancel(
  context: MachineContext,
  { reason }: Extract<Fact, { type: 'cancel_requested' }>['data'],
): Act | null {
  const { over, ending } = context.state
  if (over || ending !== null) return null
  return (turn) => beginEnding(context, turn, { kind: 'canceled', reason })
}

/** Applies a request to pause or to resume; one that changes nothing, or that was applied before, has no effect. */
function judgePause(context: MachineContext, fact: PauseFact): Act | null {
  const { over, ending, paused, requests } = context.state
  const isPause = fact.type === 'pause_requested'
  if (over || ending !== null || paused === isPause || requests.has(fact.data.requestId)) return null
  return (turn) => (isPause ? pauseRun : resumeRun)(context, turn, fact.data)
}

/**
 * Checks a fact and returns its effect, without applying it.
 *
 * @returns `null` for a fact without effect.
 * @throws {@link TenonError} `FACT_INVALID` for an impossible fact.
 */
export function judgeFact(context: MachineContext, fact: Fact): Act | null {
  switch (fact.type) {
    case 'run_started': {
      const trigger = checkStart(context, fact.data)
      const { semantics, over } = context.state
      return semantics > 0 || over ? null : (turn) => startRun(context, turn, trigger, fact.data)
    }
    case 'node_completed':
      return judgeCompleted(context, fact)
    case 'node_failed':
      return judgeFailed(context, fact)
    case 'node_canceled':
      return judgeCanceled(context, fact)
    case 'node_suspended':
      return judgeSuspended(context, fact)
    case 'node_skipped':
      return judgeSkipped(context, fact)
    case 'timer_fired':
      return judgeTimer(context, fact.data.timerId)
    case 'approval_decided':
      return judgeVote(context, fact.data)
    case 'cancel_requested':
      return judgeCancel(context, fact.data)
    case 'pause_requested':
    case 'resume_requested':
      return judgePause(context, fact)
    default:
      return refuse('The interpreter does not know this fact', { type: (fact as { readonly type: string }).type })
  }
}

type StartData = Extract<Fact, { type: 'run_started' }>['data']

/** Checks that a run of this plan can start like this. */
function checkStart(context: MachineContext, { planHash, semantics, trigger }: StartData): number {
  const { plan } = context
  if (planHash !== plan.planHash) refuse('The run was started with another plan', { planHash, expected: plan.planHash })
  rulesFor(semantics)
  const node = nodeOf(context, trigger)
  if (nodeAt(context, node).control !== 'trigger') refuse(`The node "${trigger}" is not a trigger`, { trigger })
  return node
}

/** Starts the trigger; every other node without incoming edges is dead, with all nodes that only it leads to. */
function startRun(context: MachineContext, turn: Turn, trigger: number, data: StartData): void {
  const { state, undoLog, index } = context
  undoLog.setField(state, 'semantics', data.semantics)
  if (data.deadlineAt !== null) {
    undoLog.setField(state, 'deadline', true)
    const timer = { timerId: DEADLINE_TIMER, purpose: 'deadline', dueAt: data.deadlineAt } as const
    turn.direct.push({ type: 'timer_set', data: timer })
  }
  for (const node of index.roots()) {
    if (node === trigger) continue
    turn.skipped.dead_path.push(node)
    finishDead(context, turn, node)
  }
  start(context, turn, trigger)
}
