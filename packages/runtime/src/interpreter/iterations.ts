import type { Decision, IterationsWait, ValueRef } from '@tenon/core/run'
import {
  createFrame,
  type FrameContext,
  frameKey,
  type Iteration,
  keyOf,
  nodeAt,
  nodeRunIdAt,
  type RunContext,
} from './context.ts'
import { beginEnding, endCanceledWait, stopIterations } from './ending.ts'
import { entryOf, itemAt, present } from './lookup.ts'
import { continueAfter } from './open-runs.ts'
import { start } from './propagate.ts'
import { keptRound } from './run-outputs.ts'
import type { EarlyEnd, IterationEnd, LoopFault, LoopState } from './state.ts'
import type { Turn } from './turn.ts'

/** Most bytes of the results of a loop, since they become its output. */
const MAX_RESULT_BYTES = 4_194_304
/** Most bytes of the results of all open loops of a run, which its machine and snapshots hold. */
const MAX_RUN_RESULT_BYTES = 16_777_216
/** Most iterations of a run, since its log has several events for each. */
const MAX_RUN_ITERATIONS = 100_000
/** Most node runs that a run can undo: their iterations stay in its memory and its snapshots. */
const MAX_UNDOABLE = 10_000
/** Most bytes of outputs in the iterations that stay there. */
const MAX_KEPT_BYTES = 16_777_216
/** Most iterations in a row without a node to run: they begin and end in one turn. */
const MAX_IDLE_ITERATIONS = 1_000

/** Begins iterations of a loop, as many at the same time as it allows. A loop without any continues at once. */
export function beginIterations(context: FrameContext, turn: Turn, node: number, waitFor: IterationsWait): void {
  const { state, undoLog } = context
  const begun = state.loops.get(node)
  if (begun === undefined) undoLog.setEntry(state.loops, node, createLoop(waitFor))
  else undoLog.setField(begun, 'waitFor', waitFor)
  advanceLoop(context, turn, node)
}

function createLoop(waitFor: IterationsWait): LoopState {
  return {
    waitFor,
    next: 0,
    stopped: false,
    stoppedAt: null,
    fault: null,
    idleCount: 0,
    endedCount: 0,
    failedCount: 0,
    resultBytes: 0,
    running: new Map(),
    ended: new Map(),
  }
}

/** Starts the iterations that may start; if none is left, the loop continues with its next pass. */
function advanceLoop(context: FrameContext, turn: Turn, node: number): void {
  const { state } = context
  const loop = entryOf(state.loops, node)
  const { count, concurrency } = loop.waitFor
  while (!loop.stopped && loop.running.size < concurrency && loop.next < count) {
    const fault = faultOfNext(context, node, loop)
    if (fault === null) startIteration(context, turn, node, loop)
    else stopWithFault(context, turn, node, fault)
  }
  if (loop.running.size > 0) return
  const { canceling, wait, params } = entryOf(state.open, node)
  if (canceling) {
    endCanceledWait(context, turn.decisions, node)
    return
  }
  const { waitId } = present(wait)
  const nodeRunId = nodeRunIdAt(context, node)
  turn.decisions.push({ type: 'wait_closed', nodeRunId, data: { waitId, how: 'resolved' } })
  const resume = { kind: 'iterations', ended: loop.endedCount, failed: loop.failedCount } as const
  continueAfter(context, turn, node, { resume, params })
}

/** Returns the reason why a loop fails instead of beginning another iteration. */
function faultOfNext(context: FrameContext, node: number, { idleCount }: LoopState): LoopFault | null {
  const { run } = context
  if (idleCount >= MAX_IDLE_ITERATIONS) {
    const message = `No node has run in ${MAX_IDLE_ITERATIONS} iterations in a row`
    return { code: 'LOOP_RUNS_NOTHING', message, remedy: 'Enable a node inside the loop that each iteration reaches' }
  }
  if (run.state.iterationCount >= MAX_RUN_ITERATIONS) {
    const message = `The loops of this run have had ${MAX_RUN_ITERATIONS} iterations, the most that a run can have`
    return { code: 'RUN_TOO_LONG', message, remedy: 'Loop over shorter lists, or split them over several runs' }
  }
  return run.index.levelWithin(nodeAt(context, node).id).hasCompensations() ? faultOfKept(run) : null
}

/** Returns the reason why a run can keep no more iterations for the nodes that undo those in them. */
function faultOfKept({ state }: RunContext): LoopFault | null {
  const remedy = 'Undo the work of each item in a workflow of its own'
  if (state.undoable.length >= MAX_UNDOABLE) {
    const message = `The run has completed ${MAX_UNDOABLE} node runs that can be undone, the most that a run can have`
    return { code: 'RUN_TOO_LONG', message, remedy }
  }
  if (state.keptBytes >= MAX_KEPT_BYTES) {
    const message = `The iterations that can be undone have outputs of ${state.keptBytes} bytes, and a run can keep ${MAX_KEPT_BYTES}`
    return { code: 'RUN_TOO_LONG', message, remedy }
  }
  return null
}

/** Keeps the frame of an iteration that has ended, with what its nodes have put out. */
function keepFrame({ run, state, undoLog }: FrameContext, loop: LoopState, index: number): void {
  const round = keptRound(loop, index)
  undoLog.setField(state, 'ended', round)
  const outputs = [...state.outputs.values(), ...state.lateOutputs.values()].map(({ output }) => output)
  // The iterations share one list of items.
  const ownItems = Math.ceil(heldBytes(round.items) / loop.waitFor.count)
  const bytes = [round.previous, ...outputs].reduce((sum, ref) => sum + heldBytes(ref), ownItems)
  undoLog.setField(run.state, 'keptBytes', run.state.keptBytes + bytes)
}

/** Returns the bytes of a value that a frame holds itself; larger ones are in the store. */
function heldBytes(ref: ValueRef | null): number {
  return ref?.inline === undefined ? 0 : ref.size
}

/** Fails a loop: no other iteration begins, and the running ones are canceled. */
function stopWithFault(context: FrameContext, turn: Turn, node: number, fault: LoopFault): void {
  context.undoLog.setField(entryOf(context.state.loops, node), 'fault', fault)
  stopIterations(context, turn, node, 'iteration_failed')
}

/** Creates the frame of the next iteration and starts its nodes without incoming edges. */
function startIteration(context: FrameContext, turn: Turn, node: number, loop: LoopState): void {
  const { run, undoLog, iteration } = context
  const { id } = nodeAt(context, node)
  const index = loop.next
  const path = [...(iteration?.path ?? []), index]
  const level = run.index.levelWithin(id)
  undoLog.setField(loop, 'next', index + 1)
  undoLog.setField(run.state, 'iterationCount', run.state.iterationCount + 1)
  undoLog.setEntry(loop.running, index, true)
  const frame = createFrame(run, level, { iteration: { parent: context, loop: node, path } })
  undoLog.setEntry(run.frames, frameKey(id, path), frame)
  turn.decisions.push({ type: 'iteration_started', nodeRunId: nodeRunIdAt(context, node), data: { index } })
  const inner = turn.in(frame)
  for (const root of level.roots()) start(frame, inner, root)
}

/**
 * Ends an iteration of which nothing is to come. Its frame is dropped, unless nodes of it can be undone; its result stays
 * with the loop.
 */
export function endIteration(frame: FrameContext, turn: Turn, { parent, loop: node, path }: Iteration): void {
  const { run, undoLog } = frame
  const loop = entryOf(parent.state.loops, node)
  const index = itemAt(path, path.length - 1)
  if (frame.state.hasUndoable) keepFrame(frame, loop, index)
  else undoLog.deleteEntry(run.frames, keyOf(frame))
  undoLog.deleteEntry(loop.running, index)
  const outer = turn.in(parent)
  const { how, output, error, ...early } = endOf(frame)
  outer.decisions.push({
    type: 'iteration_ended',
    nodeRunId: nodeRunIdAt(parent, node),
    data: { index, how, output, error, ...early },
  })
  const isIdle = frame.state.passes.every((pass) => pass === 0)
  undoLog.setField(loop, 'idleCount', isIdle ? loop.idleCount + 1 : 0)
  if (how !== 'canceled') {
    keepResult(frame, loop, index, {
      output,
      error: error === null ? null : { code: error.code, message: error.message },
    })
  }
  if (how === 'failed' && loop.waitFor.onFailure === 'fail') stopIterations(parent, outer, node, 'iteration_failed')
  // A loop that a break has ended still puts out its results.
  if ((!loop.stopped || loop.stoppedAt !== null) && isTooLarge(frame, loop))
    stopWithFault(parent, outer, node, TOO_LARGE)
  advanceLoop(parent, outer, node)
}

/**
 * Ends the iteration of the innermost loop around a node; scopes between them end with it. A break also ends the loop.
 *
 * @param from - Frame of the node.
 */
export function leaveIteration(from: FrameContext, turn: Turn, earlyEnd: EarlyEnd): void {
  let { frame, iteration } = { frame: from, iteration: present(from.iteration) }
  while (nodeAt(iteration.parent, iteration.loop).control === 'scope') {
    frame = iteration.parent
    iteration = present(frame.iteration)
  }
  const { parent, loop, path } = iteration
  frame.undoLog.setField(frame.state, 'earlyEnd', earlyEnd)
  beginEnding(frame, turn.in(frame), { kind: 'canceled', reason: 'break' })
  if (earlyEnd.by === 'continue') return
  parent.undoLog.setField(entryOf(parent.state.loops, loop), 'stoppedAt', itemAt(path, path.length - 1))
  stopIterations(parent, turn.in(parent), loop, 'break')
}

const TOO_LARGE: LoopFault = Object.freeze({
  code: 'LOOP_RESULTS_TOO_LARGE',
  message: `The results of the iterations are larger than ${MAX_RESULT_BYTES} bytes, or those of all open loops than ${MAX_RUN_RESULT_BYTES}`,
  remedy: 'End each iteration with a Set node that keeps only what is needed later',
})

function isTooLarge({ run }: FrameContext, { resultBytes }: LoopState): boolean {
  return resultBytes > MAX_RESULT_BYTES || run.state.resultBytes > MAX_RUN_RESULT_BYTES
}

function bytesOf({ output, error }: IterationEnd): number {
  return (output?.size ?? 0) + (error === null ? 0 : error.code.length + error.message.length)
}

function keepResult({ run, undoLog }: FrameContext, loop: LoopState, index: number, end: IterationEnd): void {
  const before = loop.resultBytes
  const isLast = loop.waitFor.keep === 'last'
  if (isLast) for (const earlier of loop.ended.keys()) undoLog.deleteEntry(loop.ended, earlier)
  undoLog.setEntry(loop.ended, index, end)
  undoLog.setField(loop, 'endedCount', loop.endedCount + 1)
  if (end.error !== null) undoLog.setField(loop, 'failedCount', loop.failedCount + 1)
  undoLog.setField(loop, 'resultBytes', (isLast ? 0 : before) + bytesOf(end))
  undoLog.setField(run.state, 'resultBytes', run.state.resultBytes + loop.resultBytes - before)
}

type EndOfIteration = Omit<Extract<Decision, { readonly type: 'iteration_ended' }>['data'], 'index'>

/** Returns how an iteration has ended, with its result: that of an early end, or the output of the last exit that ran. */
function endOf({ index, state }: FrameContext): EndOfIteration {
  const { ending, earlyEnd } = state
  if (earlyEnd !== null) return { how: 'completed', output: earlyEnd.output, error: null, endedBy: earlyEnd.by }
  if (ending?.kind === 'canceled') return { how: 'canceled', output: null, error: null }
  if (ending?.kind === 'failed') return { how: 'failed', output: null, error: ending.error }
  const exit = index.exits().find((node) => state.outputs.has(node) && itemAt(state.passes, node) > 0)
  return { how: 'completed', output: exit === undefined ? null : entryOf(state.outputs, exit).output, error: null }
}
