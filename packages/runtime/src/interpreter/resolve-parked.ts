import type { NodeResume, ParkResolution } from '@tenon/core/run'
import { editCall } from './calls.ts'
import { completeNode } from './complete-node.ts'
import { nodeAt, nodeRunIdAt, type RunContext, refuse } from './context.ts'
import { endOutcomeOf } from './end-outcome.ts'
import { continueByErrorPort, continueSkipped, failFrame } from './failure.ts'
import { hasPort } from './has-port.ts'
import { entryOf, present } from './lookup.ts'
import { closeNodeRun, continueAfter } from './open-runs.ts'
import type { ParkedWait } from './state.ts'
import type { Turn } from './turn.ts'
import { findWait, type WaitingNode } from './waits.ts'

/** A parked node run that waits. */
interface ParkedNode extends WaitingNode {
  readonly parked: ParkedWait
}

/**
 * Finds the parked node run of a resolution.
 *
 * @returns `null` if its wait has ended.
 * @throws {@link TenonError} `FACT_INVALID` if there never was such a wait, and for a resolution that the node run does
 * not allow.
 */
export function findParked(run: RunContext, waitId: string, resolution: ParkResolution): ParkedNode | null {
  const waiting = findWait(run, waitId)
  if (waiting === null) return null
  const { waitFor } = waiting.wait
  const { kind } = resolution
  if (waitFor.kind !== 'parked' || !waitFor.resolutions.includes(kind)) {
    refuse(`The wait does not allow the resolution "${kind}"`, { waitId, kind })
  }
  if (resolution.kind === 'complete' && !hasPort(nodeAt(waiting.context, waiting.node), resolution.port)) {
    refuse(`The node has no port "${resolution.port}"`, { waitId, port: resolution.port })
  }
  if (resolution.kind === 'complete' && endOutcomeOf(nodeAt(waiting.context, waiting.node)) === null) {
    refuse('The outcome of the end is a template', { waitId })
  }
  return { ...waiting, parked: waitFor }
}

/**
 * Checks whether a node run would only fail again with what it has waited for: it starts another child, or waits for
 * another event.
 */
function needsAnother(resume: NodeResume): boolean {
  if (resume.kind === 'event') return true
  return resume.kind === 'child' && resume.end !== null && resume.end.status !== 'completed'
}

/** Applies the resolution of a parked node run. */
export function resolveParked(turn: Turn, parkedNode: ParkedNode, resolution: ParkResolution): void {
  const { context, node, wait, parked } = parkedNode
  const { decisions } = turn
  const nodeRunId = nodeRunIdAt(context, node)
  const { resume, params } = entryOf(context.state.open, node)
  decisions.push({ type: 'wait_closed', nodeRunId, data: { waitId: wait.waitId, how: 'resolved' } })
  if (resolution.kind === 'retry') {
    continueAfter(context, turn, node, { resume: resume !== null && needsAnother(resume) ? null : resume, params })
    return
  }
  if (resolution.kind === 'retry_with_params') {
    if (context.calls !== null) editCall(context, node, resolution.params)
    // Another call: what people approved, or a child did, was for the params before.
    continueAfter(context, turn, node, { resume: null, params: resolution.params })
    return
  }
  context.undoLog.setField(context.run.state, 'waiting', context.run.state.waiting - 1)
  closeNodeRun(context, node)
  switch (resolution.kind) {
    case 'complete': {
      const { port, output } = resolution
      decisions.push({ type: 'failure_handled', nodeRunId, data: { how: 'supplied', port, output } })
      completeNode(context, turn, node, { port, output }, present(endOutcomeOf(nodeAt(context, node))))
      return
    }
    case 'skip':
      continueSkipped(context, turn, decisions, node)
      return
    case 'route':
      continueByErrorPort(context, turn, decisions, { node, error: parked.error })
      return
    case 'fail':
      failFrame(context, turn, node, parked.error)
  }
}
