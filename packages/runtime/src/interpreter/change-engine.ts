import type { EngineChangeRequest } from '@tenon/core/run'
import { type RunContext, topFrame } from './context.ts'
import { isHolding } from './open-runs.ts'
import { releaseHeld } from './pause-run.ts'
import type { Turns } from './turn.ts'

/**
 * Checks a request to change the engine and returns its effect. It has none before the start and during the end of a run,
 * and if it was applied before.
 */
export function judgeEngineChange(run: RunContext, request: EngineChangeRequest): ((turns: Turns) => void) | null {
  const { semantics, over, requests } = run.state
  if (semantics === 0 || over || topFrame(run).state.ending !== null || requests.has(request.requestId)) return null
  if (request.from === request.to) return judgeWithdrawal(run, request)
  return (turns) => requestEngineChange(run, turns, request)
}

/** A request for the engine that executes the run withdraws the one that waits; without one it has no effect. */
function judgeWithdrawal(run: RunContext, { requestId, from }: EngineChangeRequest): ((turns: Turns) => void) | null {
  const { state, undoLog } = run
  const { engineChange } = state
  if (engineChange?.from !== from) return null
  return (turns) => {
    undoLog.setEntry(state.requests, requestId, state.turn)
    undoLog.setField(state, 'engineChange', null)
    const data = { requestId: engineChange.requestId, to: engineChange.to, reason: 'withdrawn' } as const
    turns.decisions.push({ type: 'engine_change_refused', data })
    if (!isHolding(run)) releaseHeld(run, turns)
  }
}

/**
 * Requests that another engine executes a run: no node starts until those in progress have ended or wait, then the engine
 * changes. A second request before that, and one that was made on another engine, is refused.
 *
 * @see docs/adr/0062-a-run-changes-its-engine-between-its-nodes.md
 */
function requestEngineChange({ state, undoLog }: RunContext, { decisions }: Turns, request: EngineChangeRequest): void {
  const { requestId, from, to } = request
  undoLog.setEntry(state.requests, requestId, state.turn)
  if (state.engineChange === null && (state.engine ?? from) === from) {
    undoLog.setField(state, 'engineChange', request)
    return
  }
  decisions.push({ type: 'engine_change_refused', data: { requestId, to, reason: 'superseded' } })
}

/** Refuses a request to change the engine if the run begins to end, before anything is undone: a request holds what would start. */
export function dropEngineChange(run: RunContext, { decisions }: Turns): void {
  const { state, undoLog } = run
  if (state.engineChange === null || topFrame(run).state.ending === null) return
  const { requestId, to } = state.engineChange
  undoLog.setField(state, 'engineChange', null)
  decisions.push({ type: 'engine_change_refused', data: { requestId, to, reason: 'ending' } })
}

/**
 * Changes the engine of a run for which that was requested, if none of its nodes is in progress: nothing of it is then at
 * the engine but timers, which the new one sets again. Called after all other decisions of a turn but the end of the run.
 *
 * @param conclude - Concludes the turns of the frames in which nodes may start again.
 */
export function advanceEngineChange(run: RunContext, turns: Turns, conclude: () => void): void {
  const { state, undoLog } = run
  const { engineChange, over, openCount, waiting } = state
  if (engineChange === null || over || waiting < openCount) return
  undoLog.setField(state, 'engineChange', null)
  undoLog.setField(state, 'engine', engineChange.to)
  turns.decisions.push({ type: 'engine_changed', data: engineChange })
  if (!isHolding(run)) releaseHeld(run, turns)
  conclude()
}
