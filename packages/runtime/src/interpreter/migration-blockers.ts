import { canonicalText, type Json } from '@tenon/core/document'
import type { MigrationBlocker, MigrationBlockerKind, StoredCall } from '@tenon/core/run'
import { calledTypeOf, openCallsOf } from './call-frames.ts'
import { type FrameContext, nodeAt, nodeRunIdAt, type RunContext } from './context.ts'
import { ERROR_PORT } from './finish-node.ts'
import { framesInOrder } from './frames-in-order.ts'
import { hasPort } from './has-port.ts'
import { entryOf, itemAt } from './lookup.ts'
import type { PlanLevel, PlanNode } from './plan.ts'
import type { LevelIndex, PlanIndex } from './plan-index.ts'
import type { OpenRun } from './state.ts'

/** Most nodes that a refusal names. */
const MAX_BLOCKERS = 20

/**
 * Returns the nodes that keep a run from moving to another plan, in document order: of every node that has begun, the
 * new plan must be able to take over the state.
 *
 * @see docs/adr/0053-a-run-moves-between-nodes.md
 */
export function blockersOf(run: RunContext, target: PlanIndex): readonly MigrationBlocker[] {
  const undoable = new Set(run.state.undoable)
  const blockers = new Map<string, MigrationBlockerKind>()
  for (const frame of framesInOrder(run)) {
    const level = levelOf(frame, target)
    // The new plan lacks the loop, which is a blocker itself; or these are calls, which are checked with their outermost caller.
    if (level === undefined) continue
    for (const [node, { id }] of frame.index.level.nodes.entries()) {
      const reason = hasBegun(frame, node) ? judgeNode(frame, node, { level, target, undoable }) : null
      if (reason !== null && !blockers.has(id)) blockers.set(id, reason)
    }
  }
  return [...blockers].slice(0, MAX_BLOCKERS).map(([nodeId, reason]) => ({ nodeId, reason }))
}

/** Returns the level of a frame in another plan; `undefined` if that lacks the loop, and for a frame of calls. */
export function levelOf({ iteration, calls }: FrameContext, target: PlanIndex): LevelIndex | undefined {
  if (calls !== null) return undefined
  if (iteration === null) return target
  const loop = nodeAt(iteration.parent, iteration.loop)
  return target.nodeOf(loop.id)?.children === undefined ? undefined : target.levelWithin(loop.id)
}

/** Checks whether a node has been scheduled, or has ended with an outcome of its own; a disabled one has neither. */
export function hasBegun({ state, index }: FrameContext, node: number): boolean {
  if (itemAt(state.passes, node) > 0) return true
  return state.outputs.has(node) && !itemAt(index.level.nodes, node).disabled
}

/** Level to which the nodes of a frame are to move. */
interface Destination {
  readonly level: LevelIndex
  readonly target: PlanIndex
  /** Node runs that can be undone. */
  readonly undoable: ReadonlySet<string>
}

/** Checks whether a plan has the types that a node run has called, with their ports, also those that its calls have called. */
function canCall(frame: FrameContext, node: number, { plan }: PlanIndex): boolean {
  const isKept = (call: StoredCall): boolean => {
    const after = calledTypeOf(plan, call)
    // The plan that the run executes has every type that its nodes have called.
    const { ports } = calledTypeOf(frame.run.index.plan, call) as PlanNode
    return after !== undefined && ports.every((port) => after.ports.includes(port))
  }
  const callsOf = (at: FrameContext, caller: number): readonly StoredCall[] => {
    const below = openCallsOf(at, caller)
    const inner = below === undefined ? [] : [...below.state.calls.keys()].flatMap((called) => callsOf(below, called))
    return [...entryOf(at.state.calls, caller).waitFor.calls, ...inner]
  }
  return !frame.state.calls.has(node) || callsOf(frame, node).every(isKept)
}

function judgeNode(
  frame: FrameContext,
  node: number,
  { level, target, undoable }: Destination,
): MigrationBlockerKind | null {
  const before = nodeAt(frame, node)
  const at = level.indexOf(before.id)
  if (at === undefined) return 'node_removed'
  const after = itemAt(level.level.nodes, at)
  if (after.type !== before.type) return 'type_changed'
  const open = frame.state.open.get(node)
  // Also the calls of a canceled node, which move with it.
  if (!canCall(frame, node, target)) return 'type_changed'
  if (open?.canceling) return null
  if (open !== undefined) return judgeOpen(frame.index.level, before, level.level, after, open)
  if (undoable.has(nodeRunIdAt(frame, node)) && after.compensation === undefined) return 'undo_removed'
  const port = frame.state.outputs.get(node)?.port
  if (port === undefined) return null
  if (port === ERROR_PORT) return after.hasErrorEdge ? null : 'error_branch_removed'
  return hasPort(after, port) ? null : 'port_removed'
}

function judgeOpen(
  levelBefore: PlanLevel,
  before: PlanNode,
  levelAfter: PlanLevel,
  after: PlanNode,
  { wait }: OpenRun,
): MigrationBlockerKind | null {
  const waitFor = wait?.waitFor
  // The run moves only when the node has ended or waits.
  if (waitFor === undefined) return null
  if (inputsOf(levelBefore, before) !== inputsOf(levelAfter, after)) return 'inputs_changed'
  if (waitFor.kind === 'parked') {
    // A person gave params for the retry, which were checked against those of its version.
    if (wait?.held?.params && !hasSameParams(before, after)) return 'params_changed'
    return waitFor.resolutions.includes('route') && !after.hasErrorEdge ? 'error_branch_removed' : null
  }
  if (before.typeVersion !== after.typeVersion) return 'type_changed'
  // The wait was computed from the params.
  return hasSameParams(before, after) ? null : 'params_changed'
}

/** Checks whether a node has the same params in two plans, also in the order of their keys. */
export function hasSameParams(before: PlanNode, after: PlanNode): boolean {
  return paramsText(before) === paramsText(after)
}

function paramsText({ params, keyOrder = {} }: PlanNode): string {
  return canonicalText([params, keyOrder] as unknown as Json)
}

function inputsOf(level: PlanLevel, { incoming }: PlanNode): string {
  const edges = incoming.map((edge) => {
    const { source, sourceHandle, targetHandle } = itemAt(level.edges, edge)
    return JSON.stringify([itemAt(level.nodes, source).id, sourceHandle, targetHandle])
  })
  return edges.sort().join()
}
