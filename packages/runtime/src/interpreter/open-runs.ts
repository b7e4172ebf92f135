import type { Decision } from '@tenon/core/run'
import { calledParams } from './call-frames.ts'
import { type FrameContext, nodeAt, nodeRunIdAt, type RunContext } from './context.ts'
import { entryOf, itemAt, present } from './lookup.ts'
import { deadlineOf } from './next-attempt.ts'
import { type NextPass, type OpenRun, PHASE } from './state.ts'
import type { Turn } from './turn.ts'

/** Pass of a node run to schedule. */
interface PassToSchedule extends NextPass {
  /** Instant of the fact that schedules it, ms since the Unix epoch. */
  readonly at: number
  /** Turn whose outputs a first pass reads; earlier than the current one if a pause has held the node. */
  readonly readsTurn: number
}

type ScheduledData = Extract<Decision, { readonly type: 'node_scheduled' }>['data']
type Writable<Data> = { -readonly [Field in keyof Data]: Data[Field] }

/** Starts the next pass of a node run. */
export function schedule(
  context: FrameContext,
  out: Decision[],
  node: number,
  { at, resume, params: given, readsTurn }: PassToSchedule,
): void {
  const params = given ?? calledParams(context, node)
  const { run, state, undoLog } = context
  const planNode = nodeAt(context, node)
  const { mode, taskQueue } = planNode
  const pass = itemAt(state.passes, node) + 1
  undoLog.setItem(state.passes, node, pass)
  undoLog.setItem(state.phases, node, PHASE.open)
  // A later pass reads the same outputs as the first one, so that approvers decide about the displayed data.
  if (pass === 1) {
    undoLog.setItem(state.scheduledTurns, node, readsTurn)
    undoLog.setField(run.state, 'openCount', run.state.openCount + 1)
  }
  undoLog.setEntry(state.open, node, { pass, resume, params, scheduledAt: at, canceling: false, wait: null })
  const queue = mode === 'dispatch' ? taskQueue : null
  const nodeRunId = nodeRunIdAt(context, node)
  // Without spread syntax, since this runs for every pass of a run.
  const data: Writable<ScheduledData> = { pass, mode, queue, resume }
  if (params !== null) data.params = params
  const undone = context.index.undoneNode(node)
  if (undone !== undefined) data.undoes = nodeRunIdAt(context, undone)
  const deadlineAt = deadlineOf(planNode, at)
  if (deadlineAt !== null) data.deadlineAt = deadlineAt
  out.push({ type: 'node_scheduled', nodeRunId, data })
}

/** Schedules the pass that follows a wait. */
export function scheduleAfterWait(context: FrameContext, turn: Turn, node: number, next: NextPass): void {
  const { run, undoLog } = context
  undoLog.setField(run.state, 'waiting', run.state.waiting - 1)
  const { resume, params } = next
  schedule(context, turn.decisions, node, { at: turn.at, resume, params, readsTurn: run.state.turn })
}

/** Checks whether a run holds what would start: it is paused, or about to move to another version or to another engine. */
export function isHolding({ state }: RunContext): boolean {
  return state.paused || state.migration !== null || state.engineChange !== null
}

/** Schedules the pass that follows a wait that has ended. While the run holds what would start, the pass is held. */
export function continueAfter(context: FrameContext, turn: Turn, node: number, next: NextPass): void {
  const { run, state, undoLog } = context
  if (!isHolding(run)) {
    scheduleAfterWait(context, turn, node, next)
    return
  }
  const open = entryOf(state.open, node)
  const held = { ...next, turn: run.state.turn }
  undoLog.setEntry(state.open, node, { ...open, wait: { ...present(open.wait), held } })
}

/** Opens a node run that waits before its first pass, as if that had been scheduled. */
export function openUnscheduled({ run, state, undoLog }: FrameContext, node: number, at: number): OpenRun {
  undoLog.setItem(state.passes, node, 1)
  undoLog.setItem(state.phases, node, PHASE.open)
  undoLog.setItem(state.scheduledTurns, node, run.state.turn)
  undoLog.setField(run.state, 'openCount', run.state.openCount + 1)
  return { pass: 1, resume: null, params: null, scheduledAt: at, canceling: false, wait: null }
}

/** Removes a node run with an outcome from the open ones. */
export function closeNodeRun({ run, state, undoLog }: FrameContext, node: number): void {
  undoLog.deleteEntry(state.open, node)
  const loop = state.loops.get(node)
  if (loop !== undefined) {
    undoLog.deleteEntry(state.loops, node)
    undoLog.setField(run.state, 'resultBytes', run.state.resultBytes - loop.resultBytes)
  }
  if (state.calls.has(node)) undoLog.deleteEntry(state.calls, node)
  undoLog.setField(run.state, 'openCount', run.state.openCount - 1)
}
