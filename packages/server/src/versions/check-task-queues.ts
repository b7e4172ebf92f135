import type { WorkflowDocument } from '@tenon/core/document'
import { type ProblemIssue, TenonError } from '@tenon/core/errors'
import type { ServerContext } from '../context.ts'
import { enabledNodes } from '../enabled-nodes.ts'
import { serverIssue } from '../server-issue.ts'

/**
 * Refuses a workflow with nodes in task queues that no worker serves: a run of it would wait for one. Call it outside
 * of transactions, since the engine may ask across the network.
 *
 * @throws {@link TenonError} `WORKFLOW_INVALID` with an issue for each such node; `UNAVAILABLE` when the engine cannot
 * be asked.
 */
export async function checkTaskQueues(
  { engine, registry }: Pick<ServerContext, 'engine' | 'registry'>,
  document: Pick<WorkflowDocument, 'nodes'>,
): Promise<void> {
  const named = enabledNodes(registry, document).flatMap(({ node: { id, policy }, name, entry }) => {
    const queue = policy?.taskQueue ?? entry?.policy?.taskQueue
    // Inline nodes use no task queue.
    return queue === undefined || entry?.inline === true ? [] : [{ id, name, queue }]
  })
  if (named.length === 0) return
  const unserved = new Set(await engine.unservedQueues([...new Set(named.map(({ queue }) => queue))]))
  const issues: readonly ProblemIssue[] = named
    .filter(({ queue }) => unserved.has(queue))
    .map(({ id, name, queue }) => {
      const message = `${name}: no worker serves the task queue "${queue}"`
      return serverIssue('TASK_QUEUE_UNSERVED', ['nodes', id, 'policy', 'taskQueue'], message, { queue })
    })
  const [first] = issues
  if (first === undefined) return
  throw new TenonError('WORKFLOW_INVALID', first.message, {
    remedy: 'Start a worker with this queue in nodeQueues, or choose another task queue for the node.',
    details: { issues },
  })
}
