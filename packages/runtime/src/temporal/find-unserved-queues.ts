import { Connection } from '@temporalio/client'
import { TenonError } from '@tenon/core/errors'
import { connectionOptions } from './connect.ts'
import type { TemporalEngineOptions } from './options.ts'

/** `TaskQueueType` of Temporal's API. */
const ACTIVITY_QUEUE = 2
const CALL_TIMEOUT_MS = 10_000

/**
 * Asks Temporal which task queues no worker has polled lately: in the last minutes, as Temporal remembers.
 *
 * @throws {@link TenonError} `UNAVAILABLE` when Temporal does not answer.
 */
export async function findUnservedQueues(
  options: TemporalEngineOptions,
  queues: readonly string[],
): Promise<readonly string[]> {
  const { namespace = 'default' } = options
  let connection: Connection | undefined
  try {
    connection = await Connection.connect(connectionOptions(options))
    const { workflowService } = connection
    const ask = async (queue: string): Promise<readonly string[]> => {
      const { pollers } = await workflowService.describeTaskQueue({
        namespace,
        taskQueue: { name: queue },
        taskQueueType: ACTIVITY_QUEUE,
      })
      return (pollers ?? []).length === 0 ? [queue] : []
    }
    const asking = () => Promise.all(queues.map(ask))
    return (await connection.withDeadline(Date.now() + CALL_TIMEOUT_MS, asking)).flat()
  } catch (cause) {
    throw new TenonError('UNAVAILABLE', 'Temporal cannot be asked which task queues are served', { cause })
  } finally {
    await connection?.close()
  }
}
