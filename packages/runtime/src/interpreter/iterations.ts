import type { Decision, IterationsWait } from '@tenon/core/run'
import { createFrame, type FrameContext, frameKey, type Iteration, keyOf, nodeAt, nodeRunIdAt } from './context.ts'
import { endCanceledLoop, stopIterations } from './ending.ts'
import { ERROR_PORT } from './finish-node.ts'
import { entryOf, itemAt, present } from './lookup.ts'
import { continueAfter } from './open-runs.ts'
import { start } from './propagate.ts'
import type { IterationEnd, LoopState } from './state.ts'
import type { Turn } from './turn.ts'

/** Most bytes of the results of all iterations of a loop, since they become its output. */
const MAX_RESULT_BYTES = 4_194_304

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
  while (!loop.stopped && loop.running.size < concurrency && loop.next < count)
    startIteration(context, turn, node, loop)
  if (loop.running.size > 0) return
  const { canceling, wait } = entryOf(state.open, node)
  if (canceling) {
    endCanceledLoop(context, turn.decisions, node)
    return
  }
  const { waitId } = present(wait)
  const nodeRunId = nodeRunIdAt(context, node)
  turn.decisions.push({ type: 'wait_closed', nodeRunId, data: { waitId, how: 'resolved' } })
  continueAfter(context, turn, node, { kind: 'iterations', ended: loop.endedCount, failed: loop.failedCount })
}

/** Creates the frame of the next iteration and starts its nodes without incoming edges. */
function startIteration(context: FrameContext, turn: Turn, node: number, loop: LoopState): void {
  const { run, undoLog, iteration } = context
  const { id } = nodeAt(context, node)
  const index = loop.next
  const path = [...(iteration?.path ?? []), index]
  const level = run.index.levelWithin(id)
  undoLog.setField(loop, 'next', index + 1)
  undoLog.setEntry(loop.running, index, true)
  const frame = createFrame(run, level, { parent: context, loop: node, path })
  undoLog.setEntry(run.frames, frameKey(id, path), frame)
  turn.decisions.push({ type: 'iteration_started', nodeRunId: nodeRunIdAt(context, node), data: { index } })
  const inner = turn.in(frame)
  for (const root of level.roots()) start(frame, inner, root)
}

/** Ends an iteration of which nothing is to come. Its frame is dropped; its result stays with the loop. */
export function endIteration(frame: FrameContext, turn: Turn, { parent, loop: node, path }: Iteration): void {
  const { run, undoLog } = frame
  const loop = entryOf(parent.state.loops, node)
  const index = itemAt(path, path.length - 1)
  undoLog.deleteEntry(run.frames, keyOf(frame))
  undoLog.deleteEntry(loop.running, index)
  const outer = turn.in(parent)
  const { how, end } = endOf(frame, loop)
  outer.decisions.push({ type: 'iteration_ended', nodeRunId: nodeRunIdAt(parent, node), data: { index, how, ...end } })
  if (how !== 'canceled') keepResult(frame, loop, index, end)
  if (how === 'failed' && (loop.waitFor.onFailure === 'fail' || end.error?.code === TOO_LARGE)) {
    stopIterations(parent, outer, node, 'iteration_failed')
  }
  advanceLoop(parent, outer, node)
}

function keepResult({ undoLog }: FrameContext, loop: LoopState, index: number, end: IterationEnd): void {
  const isLast = loop.waitFor.keep === 'last'
  if (isLast) for (const before of loop.ended.keys()) undoLog.deleteEntry(loop.ended, before)
  undoLog.setEntry(loop.ended, index, end)
  undoLog.setField(loop, 'endedCount', loop.endedCount + 1)
  if (end.error !== null) undoLog.setField(loop, 'failedCount', loop.failedCount + 1)
  undoLog.setField(loop, 'resultBytes', (isLast ? 0 : loop.resultBytes) + (end.output?.size ?? 0))
}

const TOO_LARGE = 'LOOP_RESULTS_TOO_LARGE'

type HowEnded = Extract<Decision, { readonly type: 'iteration_ended' }>['data']['how']

/** Returns how an iteration has ended, with its result. */
function endOf(
  { index, state }: FrameContext,
  loop: LoopState,
): { readonly how: HowEnded; readonly end: IterationEnd } {
  const { ending } = state
  if (ending?.kind === 'canceled') return { how: 'canceled', end: { output: null, error: null } }
  if (ending?.kind === 'failed') return { how: 'failed', end: { output: null, error: ending.error } }
  const exit = index.exits().find((node) => {
    const reached = state.outputs.get(node)
    return reached !== undefined && reached.port !== ERROR_PORT
  })
  const output = exit === undefined ? null : entryOf(state.outputs, exit).output
  const others = loop.waitFor.keep === 'last' ? 0 : loop.resultBytes
  if (others + (output?.size ?? 0) <= MAX_RESULT_BYTES) return { how: 'completed', end: { output, error: null } }
  const error = {
    code: TOO_LARGE,
    message: `The results of the iterations are larger than ${MAX_RESULT_BYTES} bytes`,
    remedy: 'End each iteration with a Set node that keeps only what is needed later',
  }
  return { how: 'failed', end: { output: null, error } }
}
