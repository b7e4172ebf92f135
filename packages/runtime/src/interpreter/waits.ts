import {
  type ChildEnd,
  type ChildWait,
  type EventReceived,
  isSameVote,
  type NodeWait,
  type StoredVote,
} from '@tenon/core/run'
import { beginCalls, editCall, refuseCall } from './calls.ts'
import { type FrameContext, findNodeRun, nodeRunIdAt, type RunContext, refuse } from './context.ts'
import { close } from './finish-node.ts'
import { beginIterations } from './iterations.ts'
import { entryOf, itemAt } from './lookup.ts'
import { closeNodeRun, continueAfter } from './open-runs.ts'
import type { OpenWait } from './state.ts'
import type { Turn } from './turn.ts'

/** An open wait with its node. */
export interface WaitingNode {
  readonly context: FrameContext
  readonly node: number
  readonly wait: OpenWait
}

const WAIT_ID = /^(.+)\/([1-9][0-9]{0,8})\/0$/

/**
 * Finds the wait of a vote or a timer.
 *
 * @returns `null` if it has ended.
 * @throws {@link TenonError} `FACT_INVALID` if this run never had such a wait.
 */
export function findWait(run: RunContext, waitId: string): WaitingNode | null {
  const [, nodeRunId, pass] = WAIT_ID.exec(waitId) ?? []
  if (nodeRunId === undefined) refuse(`"${waitId}" is not the id of a wait`, { waitId })
  const found = findNodeRun(run, nodeRunId)
  if (found === null) return null
  const { context, node } = found
  const { state } = context
  if (Number(pass) > itemAt(state.passes, node)) refuse(`The wait "${waitId}" has never been opened`, { waitId })
  const wait = state.open.get(node)?.wait ?? null
  return wait?.waitId === waitId && wait.held === null ? { context, node, wait } : null
}

/**
 * Opens the wait of a suspended node run: an approval for people, the iterations of a loop, calls, a child, otherwise a plain
 * wait, with its timer.
 */
export function openWait(context: FrameContext, turn: Turn, node: number, waitFor: NodeWait): void {
  const { run, state, undoLog } = context
  const { decisions } = turn
  const nodeRunId = nodeRunIdAt(context, node)
  const open = entryOf(state.open, node)
  const waitId = `${nodeRunId}/${open.pass}/0`
  if (open.canceling) {
    decisions.push({ type: 'wait_closed', nodeRunId, data: { waitId, how: 'canceled' } })
    closeNodeRun(context, node)
    close(context, node)
    return
  }
  undoLog.setEntry(state.open, node, { ...open, wait: { waitId, waitFor, votes: [], held: null } })
  undoLog.setField(run.state, 'waiting', run.state.waiting + 1)
  if (waitFor.kind === 'child') {
    requestChild(context, turn, node, { waitId, waitFor })
    return
  }
  decisions.push(
    waitFor.kind === 'approval'
      ? { type: 'approval_needed', nodeRunId, data: { waitId, waitFor } }
      : { type: 'wait_opened', nodeRunId, data: { waitId, waitFor } },
  )
  if (waitFor.kind === 'calls') {
    beginCalls(context, turn, node, waitFor)
    return
  }
  if (waitFor.kind === 'iterations') {
    beginIterations(context, turn, node, waitFor)
    return
  }
  if (waitFor.dueAt === null) return
  const purpose = waitFor.kind === 'approval' ? 'approval' : 'wait'
  decisions.push({ type: 'timer_set', nodeRunId, data: { timerId: waitId, purpose, dueAt: waitFor.dueAt } })
}

/** Requests a child; its node run waits for its end, or continues in the same turn. */
function requestChild(
  context: FrameContext,
  turn: Turn,
  node: number,
  { waitId, waitFor }: { readonly waitId: string; readonly waitFor: ChildWait },
): void {
  const nodeRunId = nodeRunIdAt(context, node)
  turn.decisions.push({ type: 'child_requested', nodeRunId, data: { waitId, waitFor } })
  if (waitFor.isAwaited) return
  const { params } = entryOf(context.state.open, node)
  const resume = { kind: 'child', childRunId: waitFor.childRunId, end: null } as const
  continueAfter(context, turn, node, { resume, params })
}

/** Applies the end of a child: its node run continues with it, or ends if its cancelation was requested. */
export function finishChild(turn: Turn, { context, node, wait }: WaitingNode, childRunId: string, end: ChildEnd): void {
  const { state, run, undoLog } = context
  const { waitId } = wait
  const nodeRunId = nodeRunIdAt(context, node)
  const { canceling, params } = entryOf(state.open, node)
  if (canceling) {
    turn.decisions.push({ type: 'wait_closed', nodeRunId, data: { waitId, how: 'canceled' } })
    undoLog.setField(run.state, 'waiting', run.state.waiting - 1)
    closeNodeRun(context, node)
    close(context, node)
    return
  }
  turn.decisions.push({ type: 'wait_closed', nodeRunId, data: { waitId, how: 'resolved' } })
  continueAfter(context, turn, node, { resume: { kind: 'child', childRunId, end }, params })
}

/** Applies a vote; the one that reaches `required` for its choice closes the approval, and the node run continues. */
export function castVote(turn: Turn, waiting: WaitingNode, vote: StoredVote, required: number): void {
  const { context, node, wait } = waiting
  const { state, undoLog } = context
  const { waitId, waitFor } = wait
  const votes = [...wait.votes, vote]
  if (votes.filter((each) => isSameVote(each, vote)).length < required) {
    undoLog.setEntry(state.open, node, { ...entryOf(state.open, node), wait: { ...wait, votes } })
    return
  }
  const nodeRunId = nodeRunIdAt(context, node)
  turn.decisions.push({ type: 'wait_closed', nodeRunId, data: { waitId, how: 'resolved' } })
  if (waitFor.dueAt !== null) turn.decisions.push({ type: 'timer_cleared', data: { timerId: waitId } })
  if (isApprovalOfCall(wait)) {
    decideCall(turn, waiting, vote)
    return
  }
  const { params } = entryOf(state.open, node)
  continueAfter(context, turn, node, { resume: { kind: 'approval', choice: vote.choice, votes }, params })
}

function isApprovalOfCall({ waitFor }: OpenWait): boolean {
  return waitFor.kind === 'approval' && 'call' in waitFor
}

/** Begins an approved call, as if it had not waited, or fails a rejected one. */
function decideCall(turn: Turn, { context, node }: WaitingNode, { choice, comment, actor, params }: StoredVote): void {
  if (choice === 'approve') {
    if (params !== undefined) editCall(context, node, params)
    continueAfter(context, turn, node, { resume: null, params: null })
    return
  }
  const reason = comment === undefined || comment === '' ? '' : `: ${comment}`
  const message = `${actor.displayName} rejected the call${reason}`
  refuseCall(context, turn, node, { code: 'CALL_REJECTED', message, details: { comment: comment ?? null } })
}

/** Applies an event, a callback or a connection that works again: it ends the wait, and the node run continues. */
export function receiveEvent(
  turn: Turn,
  { context, node, wait }: WaitingNode,
  { eventId, payload, receivedAt }: EventReceived,
): void {
  const { waitId, waitFor } = wait
  const nodeRunId = nodeRunIdAt(context, node)
  turn.decisions.push({ type: 'wait_closed', nodeRunId, data: { waitId, how: 'resolved' } })
  if (waitFor.dueAt !== null) turn.decisions.push({ type: 'timer_cleared', data: { timerId: waitId } })
  const { params, resume } = entryOf(context.state.open, node)
  // Of a connection, the body has not run: the next pass gets what this one had.
  const next = waitFor.kind === 'connection' ? resume : ({ kind: 'event', eventId, payload, receivedAt } as const)
  continueAfter(context, turn, node, { resume: next, params })
}

/** Applies the timer of a wait: a wait for an instant ends, and any other one times out. */
export function fireWaitTimer(turn: Turn, waiting: WaitingNode): void {
  const { context, node, wait } = waiting
  const { waitId, waitFor, votes } = wait
  const nodeRunId = nodeRunIdAt(context, node)
  const { params } = entryOf(context.state.open, node)
  if (waitFor.kind === 'time') {
    turn.decisions.push({ type: 'wait_closed', nodeRunId, data: { waitId, how: 'resolved' } })
    continueAfter(context, turn, node, { resume: { kind: 'time', firedAt: turn.at }, params })
    return
  }
  turn.decisions.push({ type: 'wait_closed', nodeRunId, data: { waitId, how: 'timeout' } })
  if (isApprovalOfCall(wait)) {
    const message = 'The approval of the call was not decided within its time limit'
    refuseCall(context, turn, node, { code: 'CALL_NOT_APPROVED', message })
    return
  }
  continueAfter(context, turn, node, { resume: { kind: 'timeout', firedAt: turn.at, votes }, params })
}
