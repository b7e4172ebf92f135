import { CALL_CHOICES } from '@tenon/core/node'
import type { ApprovalWait, CallsWait, RunFailure, StoredCall, ValueRef } from '@tenon/core/run'
import { callAt, levelOfCalls, stateOfCalls } from './call-frames.ts'
import { type CallsOrigin, createFrame, type FrameContext, keyOf, nodeRunIdAt } from './context.ts'
import { endCanceledWait, stopCalls } from './ending.ts'
import { close } from './finish-node.ts'
import { entryOf, present } from './lookup.ts'
import { closeNodeRun, continueAfter, openUnscheduled } from './open-runs.ts'
import { type CallEnd, PHASE } from './state.ts'
import type { Turn } from './turn.ts'

/**
 * Begins the calls of a suspended node run: each is a node of a frame of its own. One with an approval waits for that first.
 *
 * @see docs/adr/0057-a-node-calls-others-by-waiting.md
 */
export function beginCalls(context: FrameContext, turn: Turn, node: number, waitFor: CallsWait): void {
  const { run, state, undoLog, index } = context
  const { pass } = entryOf(state.open, node)
  undoLog.setEntry(state.calls, node, { pass, waitFor, edited: new Map(), ended: new Map() })
  const level = levelOfCalls(run.index.plan, index, waitFor)
  const frame = createFrame(run, level, { calls: { parent: context, caller: node, pass } })
  undoLog.setEntry(run.frames, keyOf(frame), frame)
  const inner = turn.in(frame)
  for (const [at, { approval }] of waitFor.calls.entries()) {
    if (approval !== null) askFor(frame, turn, at, approval)
    else {
      undoLog.setItem(frame.state.phases, at, PHASE.ready)
      inner.ready.push(at)
    }
  }
}

/** Opens the approval of a call, before its first pass. */
function askFor(
  frame: FrameContext,
  turn: Turn,
  node: number,
  { title, message, approvers, required, dueAt, isEditable }: NonNullable<StoredCall['approval']>,
): void {
  const { run, state, undoLog } = frame
  const nodeRunId = nodeRunIdAt(frame, node)
  const { nodeType, typeVersion, params, connection } = present(callAt(frame, node))
  const open = openUnscheduled(frame, node, turn.at)
  const waitId = `${nodeRunId}/${open.pass}/0`
  const waitFor: ApprovalWait = {
    ...{ kind: 'approval', title, message, choices: CALL_CHOICES, approvers, required, evidence: null, dueAt },
    call: { nodeType, typeVersion, params, ...(connection === undefined ? {} : { connection }), isEditable },
  }
  undoLog.setEntry(state.open, node, { ...open, wait: { waitId, waitFor, votes: [], held: null } })
  undoLog.setField(run.state, 'waiting', run.state.waiting + 1)
  turn.decisions.push({ type: 'approval_needed', nodeRunId, data: { waitId, waitFor } })
  if (dueAt !== null) {
    turn.decisions.push({ type: 'timer_set', nodeRunId, data: { timerId: waitId, purpose: 'approval', dueAt } })
  }
}

/** Notes the params that people gave instead of those of a call. */
export function editCall({ calls, undoLog }: FrameContext, node: number, params: ValueRef): void {
  undoLog.setEntry(stateOfCalls(present(calls)).edited, node, params)
}

/** Notes the end of a call for its caller; one that completes first ends the others if the caller waits for any. */
export function endCall(frame: FrameContext, turn: Turn, node: number, end: CallEnd): void {
  const calls = present(frame.calls)
  const { ended, waitFor } = stateOfCalls(calls)
  frame.undoLog.setEntry(ended, node, end)
  const error = end.how === 'failed' ? end.error : null
  turn.following.push({ type: 'call_ended', nodeRunId: nodeRunIdAt(frame, node), data: { how: end.how, error } })
  if (waitFor.mode === 'any' && end.how === 'completed') stopCalls(frame, turn, 'loser')
}

/** Fails a call that waits for its approval: the node run ends without having begun. */
export function refuseCall(frame: FrameContext, turn: Turn, node: number, error: RunFailure): void {
  const { run, undoLog } = frame
  undoLog.setField(run.state, 'waiting', run.state.waiting - 1)
  closeNodeRun(frame, node)
  close(frame, node)
  endCall(frame, turn, node, { how: 'failed', error })
}

/** Continues a caller of which no call is open any more. */
export function finishCalls(frame: FrameContext, turn: Turn, calls: CallsOrigin): void {
  const { run, undoLog } = frame
  const { parent, caller } = calls
  const { ended, waitFor } = stateOfCalls(calls)
  for (const node of waitFor.calls.keys()) {
    if (ended.has(node)) continue
    undoLog.setEntry(ended, node, { how: 'canceled' })
    const data = { how: 'canceled', error: null } as const
    turn.decisions.push({ type: 'call_ended', nodeRunId: nodeRunIdAt(frame, node), data })
  }
  undoLog.deleteEntry(run.frames, keyOf(frame))
  const outer = turn.in(parent)
  const { canceling, wait, params } = entryOf(parent.state.open, caller)
  if (canceling) {
    endCanceledWait(parent, turn.decisions, caller)
    return
  }
  const nodeRunId = nodeRunIdAt(parent, caller)
  turn.decisions.push({ type: 'wait_closed', nodeRunId, data: { waitId: present(wait).waitId, how: 'resolved' } })
  const count = (how: CallEnd['how']): number => [...ended.values()].filter((end) => end.how === how).length
  const counts = { completed: count('completed'), failed: count('failed'), canceled: count('canceled') }
  continueAfter(parent, outer, caller, { resume: { kind: 'calls', ...counts }, params })
}
