import { type Decision, nodeIdOf, type ParkResolutionKind, type RunFailure } from '@tenon/core/run'
import { callAt } from './call-frames.ts'
import { type FrameContext, nodeAt, nodeRunIdAt } from './context.ts'
import { failureFingerprint } from './fingerprint.ts'
import { openUnscheduled } from './open-runs.ts'
import type { ParkedWait } from './state.ts'

/**
 * Parks a node run whose last attempt has failed: it waits until a person resolves it.
 *
 * @see docs/adr/0046-a-failed-node-can-wait-for-a-person.md
 */
export function parkNode(context: FrameContext, out: Decision[], node: number, at: number, error: RunFailure): void {
  const { run, state, undoLog } = context
  const nodeRunId = nodeRunIdAt(context, node)
  // A node whose join is not satisfied was never scheduled.
  const open = state.open.get(node) ?? openUnscheduled(context, node, at)
  const { pass } = open
  const waitId = `${nodeRunId}/${pass}/0`
  const fingerprint = failureFingerprint(causeOf(context, node), error)
  const resolutions = resolutionsOf(context, node)
  const waitFor: ParkedWait = { kind: 'parked', error, resolutions, dueAt: null }
  undoLog.setEntry(state.open, node, { ...open, wait: { waitId, waitFor, votes: [], held: null } })
  undoLog.setField(run.state, 'waiting', run.state.waiting + 1)
  out.push({ type: 'node_parked', nodeRunId, data: { pass, waitId, error, fingerprint, resolutions } })
}

/** Returns the name of what has failed: the node, or the type that a node of the document has called. */
function causeOf(context: FrameContext, node: number): string {
  const { id, type } = nodeAt(context, node)
  return context.calls === null ? id : `${nodeIdOf(nodeRunIdAt(context, node))}/${type}`
}

const RETRY_OTHERWISE: readonly ParkResolutionKind[] = ['retry_with_params']

/**
 * Returns the resolutions of a parked node run. The iterations of a loop cannot begin again, and its params are read
 * before each of them, so that they cannot be replaced by values. Nothing passes an approval without the approvers.
 */
function resolutionsOf(context: FrameContext, node: number): readonly ParkResolutionKind[] {
  const { control, children, hasErrorEdge } = nodeAt(context, node)
  const route: readonly ParkResolutionKind[] = hasErrorEdge ? ['route'] : []
  // No later node needs it, and approvers have decided about its params.
  const call = callAt(context, node)
  if (call !== null) return ['retry', ...(call.approval === null ? RETRY_OTHERWISE : []), 'complete', 'fail']
  if (control === 'approval') return ['retry', ...route, 'fail']
  const retry: readonly ParkResolutionKind[] = context.state.loops.has(node) ? [] : ['retry']
  const other: readonly ParkResolutionKind[] = children === undefined ? ['retry_with_params'] : []
  // A node that undoes another one fails nothing: the run ends without the rest by a request of its own.
  const fail: readonly ParkResolutionKind[] = context.index.undoneNode(node) === undefined ? ['fail'] : []
  return [...retry, ...other, 'complete', 'skip', ...route, ...fail]
}
