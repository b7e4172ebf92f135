import type { CancelReason, Decision } from '@tenon/core/run'
import { type FrameContext, nodeAt, type RunContext, topFrame } from './context.ts'
import { isIdle } from './ending.ts'

/** Timer of the run's time limit. */
export const DEADLINE_TIMER = 'deadline'

function terminalEvent(run: RunContext, top: FrameContext): Decision {
  const { reachedEnd } = run.state
  const { ending } = top.state
  if (ending === null) {
    if (reachedEnd === null) return { type: 'run_completed', data: { outcome: 'completed', endNodeRunId: null } }
    const { index, outcome } = reachedEnd
    return { type: 'run_completed', data: { outcome, endNodeRunId: nodeAt(top, index).id } }
  }
  return ending.kind === 'failed'
    ? { type: 'run_error', data: { error: ending.error, nodeRunId: ending.nodeRunId } }
    : { type: 'run_canceled', data: { reason: ending.reason as CancelReason } }
}

/** Notes that a run has reached an end; the first one in document order is that of the run. */
export function reachEnd({ state, undoLog }: RunContext, index: number, outcome: string): void {
  if (state.reachedEnd !== null && state.reachedEnd.index < index) return
  undoLog.setField(state, 'reachedEnd', { index, outcome })
}

/** Ends the run, also a paused one, if nothing is still to come; called last in a turn. */
export function endWhenIdle(run: RunContext, out: Decision[]): void {
  const { state, undoLog } = run
  const top = topFrame(run)
  const isBeforeStart = state.semantics === 0 && top.state.ending === null
  const isUndoing = (state.compensation?.current ?? null) !== null
  if (isBeforeStart || isUndoing || !isIdle(top)) return
  if (state.deadline) {
    undoLog.setField(state, 'deadline', false)
    out.push({ type: 'timer_cleared', data: { timerId: DEADLINE_TIMER } })
  }
  undoLog.setField(state, 'over', true)
  out.push(terminalEvent(run, top))
}
