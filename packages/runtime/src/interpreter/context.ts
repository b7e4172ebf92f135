import { TenonError } from '@tenon/core/errors'
import {
  type CallOrigin,
  calledNodeRunIdOf,
  callOriginOf,
  iterationPathOf,
  nodeIdOf,
  nodeRunIdOf,
} from '@tenon/core/run'
import { type BitTree, createBitTree } from './bit-tree.ts'
import { createKeyOwners, type KeyOwners } from './key-owners.ts'
import { entryOf, itemAt } from './lookup.ts'
import type { PlanNode } from './plan.ts'
import type { LevelIndex, PlanIndex } from './plan-index.ts'
import { createFrameState, type FrameState, PHASE, type RunState } from './state.ts'
import type { UndoLog } from './undo-log.ts'

/** Finds the index of a plan by its hash. */
export type FindPlan = (planHash: string) => PlanIndex | undefined

/** State that all frames of a run share. */
export interface RunContext {
  /** Changes when the run moves to another version. */
  index: PlanIndex
  /** Returns the index of a plan to which the run may move; `undefined` for one that was not loaded. */
  readonly findPlan: FindPlan
  readonly state: RunState
  readonly undoLog: UndoLog
  /** The open frames: that of the run itself under {@link TOP_FRAME}, those of iterations by {@link frameKey}, those of calls by {@link callsFrameKey}. */
  readonly frames: Map<string, FrameContext>
}

/** A frame: the nodes of the run outside of loops, those of one iteration, or the calls of one pass, with their state. */
export interface FrameContext {
  readonly run: RunContext
  readonly index: LevelIndex
  readonly state: FrameState
  readonly undoLog: UndoLog
  readonly iteration: Iteration | null
  /** Caller of the nodes in a frame of calls; `null` for other frames. */
  readonly calls: CallsOrigin | null
  /** Positions of the nodes that a join may still make lose: those before their start, and open ones not canceling. */
  readonly contenders: BitTree
  readonly keyOwners: KeyOwners
}

/** Iteration that a frame belongs to. */
export interface Iteration {
  /** Frame of the loop. */
  readonly parent: FrameContext
  /** Index of the loop in the level of its frame. */
  readonly loop: number
  /** Indexes of this iteration and of those around it, outermost first. */
  readonly path: readonly number[]
}

/** Pass of a node run whose calls are the nodes of a frame. */
export interface CallsOrigin {
  /** Frame of the caller. */
  readonly parent: FrameContext
  /** Index of the caller in the level of its frame. */
  readonly caller: number
  readonly pass: number
}

/** Key of the frame of the run itself. */
export const TOP_FRAME = ''

/** Returns the key of the frame of an iteration. */
export function frameKey(loopId: string, path: readonly number[]): string {
  return nodeRunIdOf(loopId, path)
}

/** Returns the key of the frame of the calls of a pass. */
export function callsFrameKey(callerId: string, pass: number): string {
  return `${callerId}.${pass}`
}

/** Returns the key of a frame. */
export function keyOf({ iteration, calls }: FrameContext): string {
  if (calls !== null) return callsFrameKey(nodeRunIdAt(calls.parent, calls.caller), calls.pass)
  return iteration === null ? TOP_FRAME : frameKey(nodeAt(iteration.parent, iteration.loop).id, iteration.path)
}

/** Creates the context of a frame, of an empty state or of one from a snapshot. */
export function createFrame(
  run: RunContext,
  index: LevelIndex,
  origin: { readonly iteration?: Iteration; readonly calls?: CallsOrigin },
  restored?: FrameState,
): FrameContext {
  const { undoLog } = run
  const { iteration = null, calls = null } = origin
  const { nodes } = index.level
  const state = restored ?? createFrameState(nodes.map(({ incoming }) => incoming.length))
  const contenders = createBitTree(nodes.length + 1)
  const { first } = index.postDominators()
  for (const [node, phase] of state.phases.entries()) {
    const isContender = phase === PHASE.open ? !entryOf(state.open, node).canceling : phase !== PHASE.finished
    if (isContender) contenders.add(itemAt(first, node))
  }
  const keyOwners = createKeyOwners(undoLog)
  for (const [node, { port, output }] of state.outputs) keyOwners.add(node, port, output)
  return { run, index, state, undoLog, iteration, calls, contenders, keyOwners }
}

export function nodeAt({ index }: FrameContext, node: number): PlanNode {
  return itemAt(index.level.nodes, node)
}

/** Returns the id of the run of a node in a frame: `charge`, in an iteration `charge#3.0`, of a call `agent.1-c1`. */
export function nodeRunIdAt(context: FrameContext, node: number): string {
  const { calls } = context
  if (calls !== null) {
    return calledNodeRunIdOf(nodeRunIdAt(calls.parent, calls.caller), calls.pass, nodeAt(context, node).id)
  }
  return nodeRunIdOf(nodeAt(context, node).id, context.iteration?.path ?? [])
}

/** Returns the ids of node runs of a frame for decisions. */
export function nodeRunIdsAt(context: FrameContext, nodes: readonly number[]): readonly string[] {
  return nodes.map((node) => nodeRunIdAt(context, node))
}

/** A node in an open frame. */
export interface NodeInFrame {
  readonly context: FrameContext
  readonly node: number
}

/**
 * Finds the node of a fact.
 *
 * @returns `null` if its iteration has ended, or the calls of its caller's pass.
 * @throws {@link TenonError} `FACT_INVALID` for an id that the plan does not have, and for an iteration or a call that has
 * never begun.
 */
export function findNodeRun(run: RunContext, nodeRunId: string): NodeInFrame | null {
  const origin = callOriginOf(nodeRunId)
  if (origin !== null) return findCalled(run, nodeRunId, origin)
  const located = locate(run, nodeRunId)
  if (located === null) return refuse(`The plan has no node "${nodeRunId}"`, { nodeRunId })
  const context = findFrame(run, located.level, located.path)
  if (context === undefined) refuse(`The iteration of "${nodeRunId}" has never begun`, { nodeRunId })
  return context === null ? null : { context, node: located.node }
}

/** Returns the node of an id in its open frame; `null` if the plan has no such node, or the frame is not open. */
export function findInOpenFrame(run: RunContext, nodeRunId: string): NodeInFrame | null {
  const origin = callOriginOf(nodeRunId)
  if (origin !== null) return findOpenCall(run, origin)
  const located = locate(run, nodeRunId)
  const context = located === null ? undefined : openFrame(run, located.level, located.path)
  return located === null || context === undefined ? null : { context, node: located.node }
}

function findOpenCall({ frames }: RunContext, { callerId, pass, callId }: CallOrigin): NodeInFrame | null {
  const context = frames.get(callsFrameKey(callerId, pass))
  const node = context?.index.indexOf(callId)
  return context === undefined || node === undefined ? null : { context, node }
}

/** Finds a called node run; `null` if the calls of its pass have ended. */
function findCalled(run: RunContext, nodeRunId: string, origin: CallOrigin): NodeInFrame | null {
  const open = findOpenCall(run, origin)
  if (open !== null) return open
  const { callerId, pass } = origin
  const caller = findNodeRun(run, callerId)
  if (caller === null) return null
  const hasBegun = pass <= itemAt(caller.context.state.passes, caller.node)
  const isOpen = run.frames.has(callsFrameKey(callerId, pass))
  if (isOpen || !hasBegun) refuse(`"${nodeRunId}" has never been called`, { nodeRunId })
  return null
}

/** Location of a node run in the plan. */
interface Located {
  readonly level: LevelIndex
  readonly node: number
  /** As many indexes of iterations as the level is deep. */
  readonly path: readonly number[]
}

function locate({ index }: RunContext, nodeRunId: string): Located | null {
  const nodeId = nodeIdOf(nodeRunId)
  const level = index.levelOf(nodeId)
  const path = iterationPathOf(nodeRunId)
  if (level === undefined || path === null || path.length !== level.depth) return null
  // A text with a part that belongs to no id.
  if (nodeRunIdOf(nodeId, path) !== nodeRunId) return null
  return { level, path, node: level.indexOf(nodeId) as number }
}

function openFrame({ frames }: RunContext, { loop }: LevelIndex, path: readonly number[]): FrameContext | undefined {
  return frames.get(loop === null ? TOP_FRAME : frameKey(itemAt(loop.level.level.nodes, loop.node).id, path))
}

/** Returns the frame of an iteration; `null` if it has ended, `undefined` if it has never begun. */
function findFrame(run: RunContext, level: LevelIndex, path: readonly number[]): FrameContext | null | undefined {
  if (level.loop === null) return entryOf(run.frames, TOP_FRAME)
  const { level: outer, node } = level.loop
  const open = openFrame(run, level, path)
  if (open !== undefined) return open
  const parent = findFrame(run, outer, path.slice(0, -1))
  if (parent === null || parent === undefined) return parent
  const { loops, phases, passes } = parent.state
  const begun = loops.get(node)
  const hasEnded =
    begun === undefined
      ? itemAt(phases, node) === PHASE.finished && itemAt(passes, node) > 0
      : itemAt(path, path.length - 1) < begun.next
  return hasEnded ? null : undefined
}

/** Returns the frame of the run itself. */
export function topFrame(run: RunContext): FrameContext {
  return entryOf(run.frames, TOP_FRAME)
}

/** Refuses a fact that cannot have happened in this run. */
export function refuse(message: string, details: Readonly<Record<string, unknown>>): never {
  throw new TenonError('FACT_INVALID', message, { details })
}

/** Removes a node from those that a join may still make lose. */
export function leaveRace({ undoLog, contenders, index }: FrameContext, node: number): void {
  const position = itemAt(index.postDominators().first, node)
  if (!contenders.has(position)) return
  undoLog.note(() => contenders.add(position))
  contenders.remove(position)
}
