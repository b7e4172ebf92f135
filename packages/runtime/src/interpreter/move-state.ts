import type { FrameContext } from './context.ts'
import { isLive } from './finish-node.ts'
import { itemAt, present } from './lookup.ts'
import { hasBegun, hasSameParams } from './migration-blockers.ts'
import type { LevelIndex } from './plan-index.ts'
import type { SemanticsRules } from './semantics.ts'
import { createFrameState, type FrameState, type OpenRun, PHASE } from './state.ts'

/** State of a frame in another plan. */
export interface MovedState {
  readonly state: FrameState
  /** Nodes that do not start, and of which that was not known before. */
  readonly dead: readonly number[]
  /** Nodes without incoming edges that start now. */
  readonly roots: readonly number[]
  /** Nodes whose join is to be decided now. */
  readonly joins: readonly number[]
}

interface Move {
  readonly rules: SemanticsRules
  /** Hash of the new plan. */
  readonly planHash: string
}

/** A frame that moves to another plan, with its new state. */
interface Moving {
  readonly frame: FrameContext
  readonly level: LevelIndex
  readonly state: FrameState
  readonly rules: SemanticsRules
  readonly dead: number[]
  readonly roots: number[]
  readonly joins: number[]
}

/** Copies the state of a frame to another plan, node by node, and decides again about the nodes that have not begun. */
export function moveState(frame: FrameContext, level: LevelIndex, { rules, planHash }: Move): MovedState {
  const { nodes } = level.level
  const state = createFrameState(nodes.map(({ incoming }) => incoming.length))
  const moving: Moving = { frame, level, state, rules, dead: [], roots: [], joins: [] }
  const { ending, earlyEnd, hasUndoable, ended } = frame.state
  Object.assign(state, { ending, earlyEnd, hasUndoable, ended })
  const oldOf = nodes.map(({ id }) => frame.index.indexOf(id))
  for (const [node, old] of oldOf.entries()) if (old !== undefined) copyNode(moving, old, node, planHash)
  // Nothing starts any more in a frame that is ending, or has ended.
  if (ending !== null || ended !== null) return moving
  const isPast = pastNodes(moving, oldOf)
  for (const [node, old] of oldOf.entries()) {
    if (isKept(moving, old, node)) continue
    if (isPast[node]) endPast(moving, old, node)
    else judgeUnstarted(moving, old, node)
  }
  return moving
}

function copyNode({ frame, level, state }: Moving, old: number, node: number, planHash: string): void {
  const { state: before, index } = frame
  state.phases[node] = itemAt(before.phases, old)
  state.passes[node] = itemAt(before.passes, old)
  state.scheduledTurns[node] = itemAt(before.scheduledTurns, old)
  state.finishedTurns[node] = itemAt(before.finishedTurns, old)
  copyEntry(before.outputs, state.outputs, old, node)
  copyEntry(before.loops, state.loops, old, node)
  copyEntry(before.calls, state.calls, old, node)
  copyEntry(before.lateOutputs, state.lateOutputs, old, node)
  copyEntry(before.handled, state.handled, old, node)
  copyEntry(before.revisions, state.revisions, old, node)
  const open = before.open.get(old)
  if (open === undefined) return
  const keepsParams = !isParked(open) || hasSameParams(itemAt(index.level.nodes, old), itemAt(level.level.nodes, node))
  // A loop that has begun iterations cannot run again.
  const isRevised = !keepsParams && !before.loops.has(old)
  if (!isRevised) {
    state.open.set(node, open)
    return
  }
  state.revisions.set(node, planHash)
  // Its templates may read nodes that have ended since it was scheduled: the new version may connect it to them.
  state.scheduledTurns[node] = frame.run.state.turn
  state.open.set(node, revisedRun(open))
}

/** Makes another call of a parked one: what people approved, or gave as params, was for the params before. */
function revisedRun(open: OpenRun): OpenRun {
  const wait = present(open.wait)
  const held = wait.held === null ? null : { ...wait.held, resume: null, params: null }
  return { ...open, resume: null, params: null, wait: { ...wait, held } }
}

function isParked({ wait }: OpenRun): boolean {
  return wait?.waitFor.kind === 'parked'
}

function copyEntry<Value>(from: ReadonlyMap<number, Value>, to: Map<number, Value>, old: number, node: number): void {
  const value = from.get(old)
  if (value !== undefined) to.set(node, value)
}

/** Checks whether the state of a node stays: it has begun, or was skipped and is disabled in both plans. */
function isKept({ frame, level, state }: Moving, old: number | undefined, node: number): boolean {
  if (old === undefined) return false
  return hasBegun(frame, old) || (state.outputs.has(node) && itemAt(level.level.nodes, node).disabled)
}

/** Returns for each node of the new plan whether a path leads from it to a node that has begun: the run is past it. */
function pastNodes({ frame, level }: Moving, oldOf: readonly (number | undefined)[]): readonly boolean[] {
  const { nodes, edges } = level.level
  const isPast = nodes.map(() => false)
  for (let node = nodes.length - 1; node >= 0; node -= 1) {
    isPast[node] = itemAt(nodes, node).outgoing.some((edge) => {
      const { target } = itemAt(edges, edge)
      const old = oldOf[target]
      return isPast[target] === true || (old !== undefined && hasBegun(frame, old))
    })
  }
  return isPast
}

/** Ends a node that the run is past, unless it has ended before. */
function endPast({ frame, state, dead }: Moving, old: number | undefined, node: number): void {
  const wasFinished = old !== undefined && itemAt(frame.state.phases, old) === PHASE.finished
  state.phases[node] = PHASE.finished
  if (!wasFinished) dead.push(node)
}

function judgeUnstarted(moving: Moving, old: number | undefined, node: number): void {
  const { frame, level, state, rules, dead, roots, joins } = moving
  const { incoming, join, disabled } = itemAt(level.level.nodes, node)
  const wasDead = old !== undefined && itemAt(frame.state.phases, old) === PHASE.finished && !state.outputs.has(node)
  state.outputs.delete(node)
  state.phases[node] = PHASE.pending
  // One that undoes another node starts after the end of the run.
  if (level.undoneNode(node) !== undefined) return
  countArrivals(moving, node)
  const isRoot = incoming.length === 0 && frame.iteration !== null
  const verdict = rules.judgeJoin(join, {
    pending: itemAt(state.pendingEdges, node),
    live: itemAt(state.arrivals, node),
    clean: itemAt(state.cleanArrivals, node),
  })
  const isHeld = old !== undefined && frame.state.held.has(old)
  if (isHeld && !disabled && (isRoot || verdict.kind === 'fire')) {
    state.phases[node] = PHASE.ready
    // Its templates read what has ended until now, by the edges of the new version.
    state.held.set(node, frame.run.state.turn)
  } else if (isRoot) roots.push(node)
  else if (verdict.kind === 'dead') {
    state.phases[node] = PHASE.finished
    if (!wasDead) dead.push(node)
  } else if (verdict.kind !== 'wait') joins.push(node)
}

/** Counts the incoming edges of a node; those of its sources are decided before, since edges lead to higher indexes. */
function countArrivals({ level, state }: Moving, node: number): void {
  const { nodes, edges } = level.level
  for (const edge of itemAt(nodes, node).incoming) {
    const { source, sourceHandle } = itemAt(edges, edge)
    if (itemAt(state.phases, source) !== PHASE.finished) continue
    state.pendingEdges[node] = itemAt(state.pendingEdges, node) - 1
    if (!isLive(state.outputs.get(source)?.port ?? null, sourceHandle)) continue
    state.arrivals[node] = itemAt(state.arrivals, node) + 1
    if (!state.handled.has(source)) state.cleanArrivals[node] = itemAt(state.cleanArrivals, node) + 1
  }
}
