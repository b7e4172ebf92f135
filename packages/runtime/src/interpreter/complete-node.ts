import { leavesIteration } from '@tenon/core/node'
import { endCall } from './calls.ts'
import { noteCompleted, noteUndone } from './compensation.ts'
import { type FrameContext, nodeAt } from './context.ts'
import { reachEnd } from './end-run.ts'
import { finishLive } from './finish-node.ts'
import { leaveIteration } from './iterations.ts'
import type { NodeOutput } from './state.ts'
import type { Turn } from './turn.ts'

/**
 * Completes a node that is not open any more: an end is reached, and a break or a continue ends its iteration.
 *
 * @param outcome - Outcome of an end.
 */
export function completeNode(
  context: FrameContext,
  turn: Turn,
  node: number,
  output: NodeOutput,
  outcome = 'completed',
): void {
  const { control } = nodeAt(context, node)
  if (context.calls !== null) endCall(context, turn, node, { how: 'completed', ...output })
  if (control === 'end') reachEnd(context.run, node, outcome)
  finishLive(context, turn, node, output, { clean: true })
  noteCompleted(context, node)
  noteUndone(context, node)
  if (leavesIteration(control)) leaveIteration(context, turn, { by: control, output: output.output })
}
