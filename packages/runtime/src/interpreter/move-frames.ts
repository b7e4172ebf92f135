import { levelOfCalls } from './call-frames.ts'
import {
  type CallsOrigin,
  createFrame,
  type FrameContext,
  type Iteration,
  keyOf,
  nodeAt,
  type RunContext,
} from './context.ts'
import { close } from './finish-node.ts'
import { framesInOrder } from './frames-in-order.ts'
import { isRacing } from './join.ts'
import { entryOf, itemAt } from './lookup.ts'
import { findLosers } from './losers.ts'
import { hasSameParams, levelOf } from './migration-blockers.ts'
import { type MovedState, moveState } from './move-state.ts'
import type { LevelIndex, PlanIndex } from './plan-index.ts'
import { rulesFor, start } from './propagate.ts'
import { PHASE } from './state.ts'
import type { Turn, Turns } from './turn.ts'

/**
 * Moves the state of a run to another plan, which every node that has begun must fit. What has begun stays as it is. The
 * edges of the new plan decide whether each other node starts, waits or is dead.
 */
export function moveFrames(run: RunContext, turns: Turns, target: PlanIndex): void {
  const { state, undoLog } = run
  const rules = rulesFor(state.semantics)
  const frames = framesInOrder(run)
  moveReachedEnd(run, target)
  moveReusable(run, target)
  undoLog.setField(run, 'index', target)
  const moved: (MovedState & { readonly frame: FrameContext; readonly context: FrameContext })[] = []
  for (const frame of frames) {
    const key = keyOf(frame)
    if (frame.calls !== null) {
      undoLog.setEntry(run.frames, key, moveCalls(run, frame, frame.calls))
      continue
    }
    const level = levelOf(frame, target) as LevelIndex
    const part = moveState(frame, level, { rules, planHash: target.plan.planHash })
    const context = createFrame(run, level, iterationIn(run, frame), part.state)
    undoLog.setEntry(run.frames, key, context)
    moved.push({ ...part, frame, context })
  }
  for (const { frame, context, dead, roots, joins } of moved) {
    if (context.state.ended !== null) continue
    const turn = turns.in(context)
    turn.skipped.dead_path.push(...dead)
    keepLosers(frame, context, turn)
    const isPending = (node: number): boolean => itemAt(context.state.phases, node) === PHASE.pending
    for (const node of joins.filter(isPending)) turn.work.push(node)
    for (const node of roots.filter(isPending)) start(context, turn, node)
  }
}

/** Ends the nodes that lose by a join that has fired, also while its own pass is held: they never start. */
function keepLosers(before: FrameContext, context: FrameContext, turn: Turn): void {
  const { state, index, undoLog } = context
  for (const [join, { join: mode }] of index.level.nodes.entries()) {
    if (!isRacing(mode) || !(state.held.has(join) || state.outputs.has(join))) continue
    for (const node of findLosers(context, join)) {
      if (itemAt(state.phases, node) === PHASE.open) continue
      close(context, node)
      undoLog.deleteEntry(state.held, node)
      const old = before.index.indexOf(nodeAt(context, node).id)
      const hadLost = old !== undefined && itemAt(before.state.phases, old) === PHASE.finished
      if (!hadLost) turn.skipped.loser.push(node)
    }
  }
}

/** Moves the calls of a node run, which stay as they are, to the frame of their caller that was moved before. */
function moveCalls(run: RunContext, { state }: FrameContext, calls: CallsOrigin): FrameContext {
  const parent = entryOf(run.frames, keyOf(calls.parent))
  const caller = parent.index.indexOf(nodeAt(calls.parent, calls.caller).id) as number
  const level = levelOfCalls(run.index.plan, parent.index, entryOf(parent.state.calls, caller).waitFor)
  return createFrame(run, level, { calls: { parent, caller, pass: calls.pass } }, state)
}

/** Returns the iteration of a frame in the frame of its loop that was moved before. */
function iterationIn(run: RunContext, { iteration }: FrameContext): { readonly iteration?: Iteration } {
  if (iteration === null) return {}
  const parent = entryOf(run.frames, keyOf(iteration.parent))
  const loop = parent.index.indexOf(nodeAt(iteration.parent, iteration.loop).id) as number
  return { iteration: { parent, loop, path: iteration.path } }
}

function moveReachedEnd({ state, index, undoLog }: RunContext, target: PlanIndex): void {
  const { reachedEnd } = state
  if (reachedEnd === null) return
  const { id } = itemAt(index.level.nodes, reachedEnd.index)
  undoLog.setField(state, 'reachedEnd', { ...reachedEnd, index: target.indexOf(id) as number })
}

/** Keeps the outcomes of an earlier run that are still to come for nodes that have not changed. */
function moveReusable({ state: { reusable }, index, undoLog }: RunContext, target: PlanIndex): void {
  const outcomes = [...reusable]
  for (const [node] of outcomes) undoLog.deleteEntry(reusable, node)
  for (const [node, outcome] of outcomes) {
    const before = itemAt(index.level.nodes, node)
    const at = target.indexOf(before.id)
    const after = at === undefined ? undefined : itemAt(target.level.nodes, at)
    const isSame = after?.type === before.type && after.typeVersion === before.typeVersion
    if (at !== undefined && isSame && hasSameParams(before, after)) undoLog.setEntry(reusable, at, outcome)
  }
}
