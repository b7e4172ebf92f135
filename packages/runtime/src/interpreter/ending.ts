import type { Decision } from '@tenon/core/run'
import type { MachineContext, Turn } from './context.ts'
import { itemAt } from './lookup.ts'
import { cancelNodeRun } from './open-runs.ts'
import { type Ending, inDocumentOrder, PHASE } from './state.ts'

/** Starts the end of a run that does not complete: no node starts, and open ones are canceled. */
export function beginEnding(context: MachineContext, turn: Turn, ending: Ending): void {
  const { state, undoLog } = context
  undoLog.setField(state, 'ending', ending)
  for (const node of turn.ready.splice(0)) undoLog.setItem(state.phases, node, PHASE.pending)
  for (const node of inDocumentOrder(state.held)) {
    undoLog.setItem(state.phases, node, PHASE.pending)
    undoLog.deleteEntry(state.held, node)
  }
  const reason = ending.kind === 'failed' ? 'run_failed' : 'run_canceled'
  for (const node of inDocumentOrder(state.open)) cancelNodeRun(context, turn.following, node, reason)
}

function terminalEvent({ state, plan }: MachineContext): Decision {
  const { ending, reachedEnd } = state
  if (ending === null) {
    if (reachedEnd === null) return { type: 'run_completed', data: { outcome: 'completed', endNodeRunId: null } }
    const { index, outcome } = reachedEnd
    return { type: 'run_completed', data: { outcome, endNodeRunId: itemAt(plan.nodes, index).id } }
  }
  return ending.kind === 'failed'
    ? { type: 'run_error', data: { error: ending.error, nodeRunId: ending.nodeId } }
    : { type: 'run_canceled', data: { reason: ending.reason } }
}

/** Checks whether something is still to come: an open node run, one that a pause holds, or the start of the run. */
function hasMore({ open, held, semantics, ending }: MachineContext['state']): boolean {
  return open.size > 0 || held.size > 0 || (semantics === 0 && ending === null)
}

/** Ends the run, also a paused one, if nothing is still to come; called last in a turn. */
export function endWhenIdle(context: MachineContext, out: Decision[]): void {
  const { state, undoLog } = context
  if (hasMore(state)) return
  if (state.deadline) {
    undoLog.setField(state, 'deadline', false)
    out.push({ type: 'timer_cleared', data: { timerId: DEADLINE_TIMER } })
  }
  undoLog.setField(state, 'over', true)
  out.push(terminalEvent(context))
}

/** Timer of the run's time limit. */
export const DEADLINE_TIMER = 'deadline'
