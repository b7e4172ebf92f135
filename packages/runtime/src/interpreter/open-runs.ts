import type { Resume } from '@tenon/core/node'
import type { Decision } from '@tenon/core/run'
import { leaveRace, type MachineContext, nodeAt } from './context.ts'
import { close } from './finish-node.ts'
import { entryOf, itemAt } from './lookup.ts'
import { type OpenWait, PHASE } from './state.ts'

/** Starts the next pass of a node run. */
export function schedule(context: MachineContext, out: Decision[], node: number, at: number, resume: Resume | null) {
  const { state, undoLog } = context
  const { id, mode, taskQueue } = nodeAt(context, node)
  const pass = itemAt(state.passes, node) + 1
  undoLog.setItem(state.passes, node, pass)
  undoLog.setItem(state.phases, node, PHASE.open)
  // A later pass reads the same outputs as the first one, so that approvers decide about the displayed data.
  if (pass === 1) undoLog.setItem(state.scheduledTurns, node, state.turn)
  undoLog.setEntry(state.open, node, { pass, resume, scheduledAt: at, canceling: false, wait: null })
  const queue = mode === 'dispatch' ? taskQueue : null
  out.push({ type: 'node_scheduled', nodeRunId: id, data: { pass, mode, queue, resume } })
}

/** Removes a node run with an outcome from the open ones. */
export function closeRun({ state, undoLog }: MachineContext, node: number): void {
  undoLog.deleteEntry(state.open, node)
}

/** Ends a wait without a result, and its node run. */
function closeWait(context: MachineContext, out: Decision[], node: number, wait: OpenWait): void {
  const { state, undoLog } = context
  const { waitId, waitFor } = wait
  out.push({ type: 'wait_closed', nodeRunId: nodeAt(context, node).id, data: { waitId, how: 'canceled' } })
  if (waitFor.dueAt !== null) out.push({ type: 'timer_cleared', data: { timerId: waitId } })
  undoLog.setField(state, 'waiting', state.waiting - 1)
  closeRun(context, node)
  close(context, node)
}

/** Requests the cancelation of an open node run; a waiting one ends at once, and a repeated request is ignored. */
export function cancelRun(
  context: MachineContext,
  out: Decision[],
  node: number,
  reason: 'loser' | 'run_canceled' | 'run_failed',
): void {
  const { state, undoLog } = context
  const open = entryOf(state.open, node)
  if (open.canceling) return
  if (open.wait !== null) {
    closeWait(context, out, node, open.wait)
    return
  }
  undoLog.setEntry(state.open, node, { ...open, canceling: true })
  leaveRace(context, node)
  const data = { pass: open.pass, reason }
  out.push({ type: 'node_cancel_requested', nodeRunId: nodeAt(context, node).id, data })
}
