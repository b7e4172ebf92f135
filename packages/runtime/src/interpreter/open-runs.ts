import type { Resume } from '@tenon/core/node'
import type { Decision } from '@tenon/core/run'
import { leaveRace, type MachineContext, nodeAt, type Turn } from './context.ts'
import { close } from './finish-node.ts'
import { entryOf, itemAt } from './lookup.ts'
import { type OpenWait, PHASE } from './state.ts'

/** Pass of a node run to schedule. */
interface PassToSchedule {
  /** Instant of the fact that schedules it, ms since the Unix epoch. */
  readonly at: number
  /** Result of the wait that it follows; `null` for a first pass. */
  readonly resume: Resume | null
  /** Turn whose outputs a first pass reads; earlier than the current one if a pause has held the node. */
  readonly readsTurn: number
}

/** Starts the next pass of a node run. */
export function schedule(
  context: MachineContext,
  out: Decision[],
  node: number,
  { at, resume, readsTurn }: PassToSchedule,
): void {
  const { state, undoLog } = context
  const { id, mode, taskQueue } = nodeAt(context, node)
  const pass = itemAt(state.passes, node) + 1
  undoLog.setItem(state.passes, node, pass)
  undoLog.setItem(state.phases, node, PHASE.open)
  // A later pass reads the same outputs as the first one, so that approvers decide about the displayed data.
  if (pass === 1) undoLog.setItem(state.scheduledTurns, node, readsTurn)
  undoLog.setEntry(state.open, node, { pass, resume, scheduledAt: at, canceling: false, wait: null })
  const queue = mode === 'dispatch' ? taskQueue : null
  out.push({ type: 'node_scheduled', nodeRunId: id, data: { pass, mode, queue, resume } })
}

/** Schedules the pass that follows a wait. */
export function scheduleAfterWait(context: MachineContext, turn: Turn, node: number, resume: Resume): void {
  const { state, undoLog } = context
  undoLog.setField(state, 'waiting', state.waiting - 1)
  schedule(context, turn.direct, node, { at: turn.at, resume, readsTurn: state.turn })
}

/** Removes a node run with an outcome from the open ones. */
export function closeNodeRun({ state, undoLog }: MachineContext, node: number): void {
  undoLog.deleteEntry(state.open, node)
}

/** Reason for which an open node run is canceled. */
type CancelingReason = Extract<Decision, { readonly type: 'node_dropped' }>['data']['reason']

/** Ends a waiting node run: its wait without a result, or, if a pause holds its next pass, without that pass. */
function endWaiting(
  context: MachineContext,
  out: Decision[],
  node: number,
  { pass, wait, reason }: { readonly pass: number; readonly wait: OpenWait; readonly reason: CancelingReason },
): void {
  const { state, undoLog } = context
  const { id: nodeRunId } = nodeAt(context, node)
  const { waitId, waitFor, held } = wait
  if (held !== null) out.push({ type: 'node_dropped', nodeRunId, data: { pass, reason } })
  else {
    out.push({ type: 'wait_closed', nodeRunId, data: { waitId, how: 'canceled' } })
    if (waitFor.dueAt !== null) out.push({ type: 'timer_cleared', data: { timerId: waitId } })
  }
  undoLog.setField(state, 'waiting', state.waiting - 1)
  closeNodeRun(context, node)
  close(context, node)
}

/** Requests the cancelation of an open node run; a waiting one ends at once, and a repeated request is ignored. */
export function cancelNodeRun(context: MachineContext, out: Decision[], node: number, reason: CancelingReason): void {
  const { state, undoLog } = context
  const open = entryOf(state.open, node)
  if (open.canceling) return
  if (open.wait !== null) {
    endWaiting(context, out, node, { pass: open.pass, wait: open.wait, reason })
    return
  }
  undoLog.setEntry(state.open, node, { ...open, canceling: true })
  leaveRace(context, node)
  const data = { pass: open.pass, reason }
  out.push({ type: 'node_cancel_requested', nodeRunId: nodeAt(context, node).id, data })
}
