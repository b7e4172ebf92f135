import type { ReusedOutcome } from '@tenon/core/run'
import { completeNode } from './complete-node.ts'
import { type FrameContext, nodeRunIdAt, type RunContext, refuse, topFrame } from './context.ts'
import { ERROR_PORT, finishLive } from './finish-node.ts'
import { hasPort } from './has-port.ts'
import { itemAt } from './lookup.ts'
import type { Turn } from './turn.ts'

/**
 * Checks the outcomes of an earlier run: they follow the start of the run, once, and fit its nodes.
 *
 * @returns Their nodes; `null` if they were applied before.
 * @throws {@link TenonError} `FACT_INVALID` for outcomes that come too late, or that a node cannot have.
 */
export function judgeReused(
  run: RunContext,
  outcomes: readonly ReusedOutcome[],
): ReadonlyMap<number, ReusedOutcome> | null {
  const { index, state } = run
  if (state.hasReused) return null
  // A run that was paused before its start has had a turn.
  if (state.semantics === 0 || topFrame(run).state.outputs.size > 0) {
    refuse('Outcomes are reused right after the start of a run', { turn: state.turn })
  }
  return new Map(
    outcomes.map((outcome) => {
      const node = index.indexOf(outcome.nodeId)
      if (node === undefined || !canReuse(index.level.nodes, node, outcome)) {
        refuse(`The node "${outcome.nodeId}" cannot end like this`, { nodeRunId: outcome.nodeId, port: outcome.port })
      }
      return [node, outcome] as const
    }),
  )
}

function canReuse(
  nodes: FrameContext['index']['level']['nodes'],
  node: number,
  { how, port }: Pick<ReusedOutcome, 'how' | 'port'>,
): boolean {
  const planNode = itemAt(nodes, node)
  if (planNode.control === 'trigger') return false
  return how === 'route' ? port === ERROR_PORT : hasPort(planNode, port)
}

/** Keeps the outcomes of an earlier run until their nodes would start. */
export function keepReusable({ state, undoLog }: RunContext, reusable: ReadonlyMap<number, ReusedOutcome>): void {
  undoLog.setField(state, 'hasReused', true)
  for (const [node, outcome] of reusable) undoLog.setEntry(state.reusable, node, outcome)
}

/**
 * Ends a node that would start with its outcome in an earlier run, if there is one. All nodes for which that is so end
 * in the turn in which the first of them becomes ready.
 *
 * @returns False if the node has to run.
 */
export function reuseOutcome(context: FrameContext, turn: Turn, node: number): boolean {
  const { run, undoLog } = context
  const reused = context.iteration === null ? run.state.reusable.get(node) : undefined
  if (reused === undefined) return false
  undoLog.deleteEntry(run.state.reusable, node)
  const { nodeId: _nodeId, ...data } = reused
  turn.following.push({ type: 'node_reused', nodeRunId: nodeRunIdAt(context, node), data })
  const { how, port, output, outcome } = reused
  if (how === 'completed') completeNode(context, turn, node, { port, output }, outcome)
  else finishLive(context, turn, node, { port, output }, { clean: how === 'skipped' })
  return true
}
