import type { CancelReason, Decision, NodeCancelReason } from '@tenon/core/run'
import { type FrameContext, findInOpenFrame, nodeAt, nodeRunIdAt, type RunContext, topFrame } from './context.ts'
import { beginEnding, cancelNodeRun, isIdle } from './ending.ts'
import { close } from './finish-node.ts'
import { itemAt, present } from './lookup.ts'
import { start } from './propagate.ts'
import { type CompensationState, type Ending, type NodeOutput, PHASE } from './state.ts'
import type { Turns } from './turn.ts'

/**
 * Notes that a node run has completed, if a node undoes it. The frames around it are kept until the run ends, since the
 * node that undoes it reads their outputs.
 */
export function noteCompleted(context: FrameContext, node: number): void {
  const { run, undoLog } = context
  if (nodeAt(context, node).compensation === undefined) return
  const { undoable } = run.state
  undoLog.note(() => undoable.pop())
  undoable.push(nodeRunIdAt(context, node))
  for (let frame: FrameContext | undefined = context; frame !== undefined; frame = frame.iteration?.parent) {
    if (frame.state.hasUndoable) return
    undoLog.setField(frame.state, 'hasUndoable', true)
  }
}

/** Notes the completion of a node run that was being canceled: its output is no data of the run, but it can be undone. */
export function noteLate(context: FrameContext, node: number, output: NodeOutput): void {
  if (nodeAt(context, node).compensation === undefined) return
  context.undoLog.setEntry(context.state.lateOutputs, node, output)
  noteCompleted(context, node)
}

/** Notes that a node has undone another one. */
export function noteUndone({ run, index, undoLog }: FrameContext, node: number): void {
  const { compensation } = run.state
  if (compensation === null || index.undoneNode(node) === undefined) return
  undoLog.setField(run.state, 'compensation', { ...compensation, isDone: true })
}

/** Undoes no more: the node run that undoes another one is canceled, and the run ends after it. */
export function skipCompensation(run: RunContext, turns: Turns): void {
  const { state, undoLog } = run
  const top = topFrame(run)
  undoLog.setField(state, 'isCompensationSkipped', true)
  if (top.state.ending === null) {
    beginEnding(top, turns.in(top), { kind: 'canceled', reason: 'user' })
    return
  }
  const current = state.compensation?.current ?? null
  if (current === null) return
  const { context, node } = present(findInOpenFrame(run, current.by))
  const turn = turns.in(context)
  if (context.state.open.has(node)) cancelNodeRun(context, turn, turn.following, { node, reason: 'run_canceled' })
  if (!context.state.held.has(node)) return
  undoLog.deleteEntry(context.state.held, node)
  close(context, node)
}

const COMPENSATED_WHEN_CANCELED: readonly (CancelReason | NodeCancelReason)[] = ['user', 'operator', 'parent']

function isCompensated({ index, state }: RunContext, ending: Ending): boolean {
  if (state.isCompensationSkipped || state.undoable.length === 0) return false
  if (ending.kind === 'failed' || ending.reason === 'timeout' || ending.reason === 'log_full') return true
  return COMPENSATED_WHEN_CANCELED.includes(ending.reason) && index.plan.compensatesOnCancel !== false
}

/**
 * Continues to undo what a run has done that does not complete, if nothing else of it runs: one node run after the other,
 * from the last one that completed to the first.
 *
 * @param conclude - Concludes the turns of the frames that a step has begun in.
 * @see docs/adr/0050-what-was-done-is-undone.md
 */
export function advanceCompensation(run: RunContext, turns: Turns, conclude: () => void): void {
  const { state, undoLog } = run
  const top = topFrame(run)
  const { ending } = top.state
  if (state.over || ending === null || !isIdle(top)) return
  if (state.compensation === null) {
    if (!isCompensated(run, ending)) return
    const because = ending.kind
    const count = state.undoable.length
    // Cancel wins over a pause from before it; one that follows holds the next step.
    if (state.paused && ending.kind === 'canceled') {
      undoLog.setField(state, 'paused', false)
      turns.decisions.push({ type: 'run_resumed', data: { actor: null } })
    }
    undoLog.setField(state, 'compensation', { count, undone: 0, skipped: 0, current: null, isDone: false })
    turns.decisions.push({ type: 'compensation_started', data: { because, count } })
  }
  while (endStep(run, turns.decisions)) {
    if (state.isCompensationSkipped || state.undoable.length === 0) {
      const { undone, skipped } = present(state.compensation)
      turns.decisions.push({
        type: 'compensation_ended',
        data: { undone, skipped, left: state.undoable.length },
      })
      return
    }
    beginStep(run, turns, present(state.compensation))
    conclude()
  }
}

/**
 * Ends the step whose node run has ended.
 *
 * @returns False if it has not ended.
 */
function endStep(run: RunContext, out: Decision[]): boolean {
  const { state, undoLog } = run
  const compensation = present(state.compensation)
  const { current, isDone, undone, skipped } = compensation
  if (current === null) return true
  const { context, node } = present(findInOpenFrame(run, current.by))
  if (itemAt(context.state.phases, node) !== PHASE.finished) return false
  out.push({
    type: 'node_compensated',
    nodeRunId: current.undoes,
    data: { by: current.by, how: isDone ? 'undone' : 'skipped' },
  })
  const counts = isDone ? { undone: undone + 1 } : { skipped: skipped + 1 }
  undoLog.setField(state, 'compensation', { ...compensation, ...counts, current: null, isDone: false })
  return true
}

/** Begins to undo the node run that completed last of those that are left. */
function beginStep(run: RunContext, turns: Turns, compensation: CompensationState): void {
  const { state, undoLog } = run
  const undoes = itemAt(state.undoable, state.undoable.length - 1)
  state.undoable.pop()
  undoLog.note(() => state.undoable.push(undoes))
  const { context, node } = present(findInOpenFrame(run, undoes))
  const by = nodeAt(context, node).compensation as number
  addLateOutput(context, node)
  undoLog.setField(state, 'compensation', { ...compensation, current: { undoes, by: nodeRunIdAt(context, by) } })
  start(context, turns.in(context), by)
}

/** Makes the output of a node run that completed too late for the run readable, for the node that undoes it. */
function addLateOutput({ run, state, undoLog, keyOwners }: FrameContext, node: number): void {
  const late = state.lateOutputs.get(node)
  if (late === undefined) return
  undoLog.setItem(state.finishedTurns, node, run.state.turn)
  undoLog.setEntry(state.outputs, node, late)
  keyOwners.add(node, late.port, late.output)
}

/** Returns the node run that undoes another one now, with its frame; `null` if none does. */
export function compensatingNode(run: RunContext): { readonly context: FrameContext; readonly node: number } | null {
  const current = run.state.compensation?.current ?? null
  return current === null ? null : findInOpenFrame(run, current.by)
}
