import type { CancelReason, Decision, NodeCancelReason } from '@tenon/core/run'
import { openCallsOf } from './call-frames.ts'
import { type FrameContext, leaveRace, nodeRunIdAt } from './context.ts'
import { close } from './finish-node.ts'
import { framesOfLoop } from './frames-in-order.ts'
import { entryOf, present } from './lookup.ts'
import { closeNodeRun } from './open-runs.ts'
import { type Ending, inDocumentOrder, type OpenWait, PHASE } from './state.ts'
import type { Turn } from './turn.ts'

/** Starts the end of a frame that does not complete: none of its nodes starts, and open ones are canceled. */
export function beginEnding(context: FrameContext, turn: Turn, ending: Ending): void {
  const { state, undoLog } = context
  undoLog.setField(state, 'ending', ending)
  for (const node of turn.ready.splice(0)) undoLog.setItem(state.phases, node, PHASE.pending)
  for (const node of inDocumentOrder(state.held)) {
    undoLog.setItem(state.phases, node, PHASE.pending)
    undoLog.deleteEntry(state.held, node)
  }
  const reason = reasonFor(context, ending)
  if (reason === 'break') {
    for (const [node, phase] of state.phases.entries()) {
      const undoesOther = context.index.undoneNode(node) !== undefined
      if (phase === PHASE.pending && !undoesOther) turn.skipped.break.push(node)
    }
  }
  for (const node of inDocumentOrder(state.open)) cancelNodeRun(context, turn, turn.following, { node, reason })
}

const NODE_REASONS: readonly string[] = ['loser', 'run_failed', 'run_canceled', 'iteration_failed', 'break']

/** Returns the reason for which the node runs of an ending frame are canceled. */
function reasonFor({ iteration }: FrameContext, ending: Ending): NodeCancelReason {
  if (ending.kind === 'failed') return iteration === null ? 'run_failed' : 'iteration_failed'
  return isNodeReason(ending.reason) ? ending.reason : 'run_canceled'
}

function isNodeReason(reason: CancelReason | NodeCancelReason): reason is NodeCancelReason {
  return NODE_REASONS.includes(reason)
}

/** A waiting node run to end. */
interface WaitingRun {
  readonly node: number
  readonly pass: number
  readonly wait: OpenWait
  readonly reason: NodeCancelReason
}

/** Ends a waiting node run: its wait without a result, or, if a pause holds its next pass, without that pass. */
function endWaiting(context: FrameContext, out: Decision[], { node, pass, wait, reason }: WaitingRun): void {
  const { run, undoLog } = context
  const nodeRunId = nodeRunIdAt(context, node)
  const { waitId, waitFor, held } = wait
  if (held !== null) out.push({ type: 'node_dropped', nodeRunId, data: { pass, reason } })
  else {
    out.push({ type: 'wait_closed', nodeRunId, data: { waitId, how: 'canceled' } })
    if (waitFor.dueAt !== null) out.push({ type: 'timer_cleared', data: { timerId: waitId } })
  }
  undoLog.setField(run.state, 'waiting', run.state.waiting - 1)
  closeNodeRun(context, node)
  close(context, node)
}

/**
 * Requests the cancelation of an open node run; a waiting one ends at once, a loop after its iterations, a
 * caller after its calls, one with a child after that, and a repeated request is ignored.
 */
export function cancelNodeRun(
  context: FrameContext,
  turn: Turn,
  out: Decision[],
  { node, reason }: { readonly node: number; readonly reason: NodeCancelReason },
): void {
  const { state, undoLog } = context
  const open = entryOf(state.open, node)
  if (open.canceling) return
  const { pass, wait } = open
  const hasIterations = wait?.held === null && wait.waitFor.kind === 'iterations'
  const child = wait?.held === null && wait.waitFor.kind === 'child' ? wait.waitFor : null
  const calls = openCallsOf(context, node)
  const waitsForOthers = hasIterations || calls !== undefined
  if (wait !== null && !waitsForOthers && child === null) {
    endWaiting(context, out, { node, pass, wait, reason })
    return
  }
  undoLog.setEntry(state.open, node, { ...open, canceling: true })
  leaveRace(context, node)
  // Before the decisions about its iterations or its calls.
  const before = waitsForOthers ? turn.decisions : out
  const nodeRunId = nodeRunIdAt(context, node)
  before.push({ type: 'node_cancel_requested', nodeRunId, data: { pass, reason } })
  if (wait !== null && child !== null) {
    const { waitId } = wait
    before.push({ type: 'child_cancel_requested', nodeRunId, data: { waitId, childRunId: child.childRunId } })
  }
  if (hasIterations) stopIterations(context, turn, node, reason)
  if (calls !== undefined) stopCalls(calls, turn, reason)
}

/** Cancels the calls of a frame that are open or held. */
export function stopCalls(calls: FrameContext, turn: Turn, reason: NodeCancelReason): void {
  if (calls.state.ending === null) beginEnding(calls, turn.in(calls), { kind: 'canceled', reason })
}

/** Cancels the running iterations of a loop; no other starts. */
export function stopIterations(context: FrameContext, turn: Turn, node: number, reason: NodeCancelReason): void {
  context.undoLog.setField(entryOf(context.state.loops, node), 'stopped', true)
  for (const frame of framesOfLoop(context, node)) {
    if (frame.state.ending === null) beginEnding(frame, turn.in(frame), { kind: 'canceled', reason })
  }
}

/** Ends a loop or a caller whose cancelation was requested, after the last of its iterations or calls. */
export function endCanceledWait(context: FrameContext, out: Decision[], node: number): void {
  const { pass, wait } = entryOf(context.state.open, node)
  endWaiting(context, out, { node, pass, wait: present(wait), reason: 'run_canceled' })
}

/** Checks whether something of a frame is still to come: an open node run, or one that a pause holds. */
export function isIdle({ state }: FrameContext): boolean {
  return state.open.size === 0 && state.held.size === 0
}
