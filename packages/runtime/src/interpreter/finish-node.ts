import { ALL_PORTS } from '@tenon/core/run'
import { type FrameContext, leaveRace, nodeAt } from './context.ts'
import { itemAt } from './lookup.ts'
import { type NodeOutput, PHASE } from './state.ts'
import type { Turn } from './turn.ts'

/** Port of a failed node with the policy `route`. */
export const ERROR_PORT = 'error'

/** Checks whether an edge is live after its source has ended by a port; `null` for one that ended without. */
export function isLive(port: string | null, sourceHandle: string): boolean {
  return port === ALL_PORTS ? sourceHandle !== ERROR_PORT : sourceHandle === port
}

function touchEdge(context: FrameContext, turn: Turn, edgeIndex: number, port: string | null, clean: boolean): void {
  const { state, undoLog, index } = context
  undoLog.visit()
  const { target, sourceHandle } = itemAt(index.level.edges, edgeIndex)
  // A join that has fired ignores its edges.
  if (itemAt(state.phases, target) !== PHASE.pending) return
  undoLog.setItem(state.pendingEdges, target, itemAt(state.pendingEdges, target) - 1)
  if (isLive(port, sourceHandle)) {
    undoLog.setItem(state.arrivals, target, itemAt(state.arrivals, target) + 1)
    if (clean) undoLog.setItem(state.cleanArrivals, target, itemAt(state.cleanArrivals, target) + 1)
    turn.arrivedAt.add(target)
  }
  turn.work.push(target)
}

/** Ends a node without its edges: the run is ending, or all later nodes have lost. */
export function close(context: FrameContext, node: number): void {
  const { state, undoLog } = context
  undoLog.setItem(state.phases, node, PHASE.finished)
  leaveRace(context, node)
}

/** Ends a node without a live port. */
export function finishDead(context: FrameContext, turn: Turn, node: number): void {
  close(context, node)
  for (const edge of nodeAt(context, node).outgoing) touchEdge(context, turn, edge, null, false)
}

/** Ends a node with an output; the edges of its port become live, the others dead. */
export function finishLive(
  context: FrameContext,
  turn: Turn,
  node: number,
  output: NodeOutput,
  options: { readonly clean: boolean },
): void {
  const { run, state, undoLog, keyOwners } = context
  close(context, node)
  undoLog.setItem(state.finishedTurns, node, run.state.turn)
  undoLog.setEntry(state.outputs, node, output)
  if (!options.clean) undoLog.setEntry(state.handled, node, true)
  keyOwners.add(node, output.port, output.output)
  for (const edge of nodeAt(context, node).outgoing) touchEdge(context, turn, edge, output.port, options.clean)
}

/** Ends a skipped node: its first port is live, with `{}`. */
export function finishSkipped(
  context: FrameContext,
  turn: Turn,
  node: number,
  options: { readonly clean: boolean },
): NodeOutput {
  const output = { port: firstPort(context, node), output: context.run.index.emptyOutput }
  finishLive(context, turn, node, output, options)
  return output
}

// An end has no ports; the name has no effect then.
function firstPort(context: FrameContext, node: number): string {
  return nodeAt(context, node).ports[0] ?? 'success'
}
