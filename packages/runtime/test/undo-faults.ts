import { nodeIdOf, type RunEvent } from '@tenon/core/run'
import { nodesWithin, type Plan } from '../src/interpreter/plan.ts'

/**
 * Checks that what a run has completed is undone once, in the reverse order of completion, if the run fails or is canceled.
 *
 * @returns One line for each fault.
 */
export function undoFaults(events: readonly RunEvent[], plan: Plan): readonly string[] {
  const nodes = new Map(nodesWithin(plan).map((node) => [node.id, node]))
  const canBeUndone = (nodeRunId: string): boolean => nodes.get(nodeIdOf(nodeRunId))?.compensation !== undefined
  const completed = events.flatMap((event) => {
    const isDone =
      event.type === 'node_completed' || (event.type === 'failure_handled' && event.data.how === 'supplied')
    return isDone && canBeUndone(event.nodeRunId) ? [event.nodeRunId] : []
  })
  const faults: string[] = []
  const begun = events.find((event) => event.type === 'compensation_started')
  const undone = events.flatMap((event) => (event.type === 'node_compensated' ? [event] : []))
  const end = events.at(-1)
  if (begun === undefined) {
    if (undone.length > 0) faults.push('undoes without a beginning')
    const isSkipped = events.some(({ type }) => type === 'compensation_skip_requested')
    const must = end?.type === 'run_error' || (end?.type === 'run_canceled' && isUndone(end.data.reason, plan))
    if (must && completed.length > 0 && !isSkipped) faults.push(`undoes none of ${completed.join(', ')}`)
    return faults
  }
  if (end?.type === 'run_completed') faults.push('undoes and completes')
  if (begun.type === 'compensation_started' && begun.data.count !== completed.length) {
    faults.push(`wants to undo ${begun.data.count} of ${completed.length}`)
  }
  const order = undone.map(({ nodeRunId }) => nodeRunId)
  const expected = [...completed].reverse().slice(0, order.length)
  if (order.join() !== expected.join()) faults.push(`undoes ${order.join()} in place of ${expected.join()}`)
  const ended = events.find((event) => event.type === 'compensation_ended')
  if (ended?.type === 'compensation_ended' && ended.data.left !== completed.length - order.length) {
    faults.push(`says that ${ended.data.left} of ${completed.length} are left after ${order.length}`)
  }
  for (const { nodeRunId, data } of undone) {
    const isDone = events.some(
      (event) =>
        (event.type === 'node_completed' || (event.type === 'failure_handled' && event.data.how === 'supplied')) &&
        event.nodeRunId === data.by,
    )
    if ((data.how === 'undone') !== isDone) faults.push(`${nodeRunId} is ${data.how} by ${data.by}`)
  }
  return faults
}

/** Checks whether a canceled run undoes what it has done. */
function isUndone(reason: string, { compensatesOnCancel }: Plan): boolean {
  return reason === 'timeout' || compensatesOnCancel !== false
}
