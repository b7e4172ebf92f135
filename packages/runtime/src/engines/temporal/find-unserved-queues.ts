import { Connection } from '@temporalio/client'
import { TenonError } from '@tenon/core/errors'
import { createLru } from '../../lru.ts'
import type { TemporalEngineOptions } from './options.ts'
import { connectionOptions } from './options.ts'

/** `TaskQueueType` of Temporal's API. */
const ACTIVITY_QUEUE = 2
const CALL_TIMEOUT_MS = 10_000
const MOST_AT_ONCE = 8
const MOST_KNOWN = 1_000
/**
 * Time in milliseconds for which a served queue is not checked again; Temporal remembers a worker for minutes after its
 * last poll.
 */
const KNOWN_MS = 30_000

/**
 * Finds the task queues that no worker has polled in the last minutes, by the record of Temporal.
 *
 * @throws {@link TenonError} `UNAVAILABLE` if Temporal does not respond within 10 s.
 */
export type FindUnservedQueues = (queues: readonly string[]) => Promise<readonly string[]>

/** Asks Temporal whether a queue has workers. */
export type AskQueue = (queue: string) => Promise<boolean>

/** @param connect - Opens a connection for the questions of one call. */
export function createUnservedQueueFinder(
  connect: () => Promise<{ readonly isServed: AskQueue; close(): Promise<void> }>,
  now: () => number = Date.now,
): FindUnservedQueues {
  // A served queue is not checked again for a while; an unserved one may get its worker at any moment.
  const servedAt = createLru<number>(MOST_KNOWN)
  const isKnown = (queue: string): boolean => now() - (servedAt.get(queue) ?? Number.NEGATIVE_INFINITY) < KNOWN_MS

  return async (queues) => {
    const open = [...new Set(queues)].filter((queue) => !isKnown(queue))
    if (open.length === 0) return []
    const unserved: string[] = []
    try {
      const { isServed, close } = await connect()
      const rest = open.values()
      const ask = async (): Promise<void> => {
        for (const queue of rest) {
          if (await isServed(queue)) servedAt.set(queue, now())
          else unserved.push(queue)
        }
      }
      try {
        await Promise.all(Array.from({ length: MOST_AT_ONCE }, ask))
      } finally {
        await close()
      }
    } catch (cause) {
      throw new TenonError('UNAVAILABLE', 'Temporal did not report which task queues have workers', { cause })
    }
    return open.filter((queue) => unserved.includes(queue))
  }
}

/** Connects to the Temporal of an engine. All questions together get 10 s. */
export async function connectQueues(
  options: TemporalEngineOptions,
): Promise<{ readonly isServed: AskQueue; close(): Promise<void> }> {
  const { namespace = 'default' } = options
  const connection = await Connection.connect(connectionOptions(options))
  const deadline = Date.now() + CALL_TIMEOUT_MS
  return {
    isServed: (queue) =>
      connection.withDeadline(deadline, async () => {
        const { pollers } = await connection.workflowService.describeTaskQueue({
          namespace,
          taskQueue: { name: queue },
          taskQueueType: ACTIVITY_QUEUE,
        })
        return (pollers ?? []).length > 0
      }),
    close: () => connection.close(),
  }
}
