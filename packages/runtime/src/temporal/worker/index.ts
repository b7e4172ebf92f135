import { createRequire } from 'node:module'
import { NativeConnection, Worker } from '@temporalio/worker'
import { DEFAULT_TASK_QUEUE, type TemporalEngineOptions } from '../options.ts'
import type { ShellActivities } from '../shell-types.ts'

/** A worker that runs shells and node runs until it is stopped. */
export interface ShellWorker {
  /** Lets running activities come to their end or to a safe point, then disconnects. */
  stop(): Promise<void>
}

const SHUTDOWN_GRACE_MS = 5_000

/** @param activities - What the shells call. @param onFailure - Called once if the worker ends by itself. */
export async function startShellWorker(
  options: TemporalEngineOptions,
  activities: ShellActivities,
  onFailure: (error: unknown) => void,
): Promise<ShellWorker> {
  const { address, namespace = 'default', apiKey, tls, taskQueue = DEFAULT_TASK_QUEUE } = options
  const connection = await NativeConnection.connect({
    address,
    ...(apiKey === undefined ? {} : { apiKey }),
    ...(tls === undefined ? {} : { tls }),
  })
  const worker = await Worker.create({
    connection,
    namespace,
    taskQueue,
    activities: { ...activities },
    workflowsPath: options.workflowsPath ?? shippedShell(),
    maxConcurrentActivityTaskExecutions: options.maxConcurrentNodes ?? 50,
    shutdownGraceTime: SHUTDOWN_GRACE_MS,
    shutdownForceTime: 2 * SHUTDOWN_GRACE_MS,
  })
  const running = worker.run().catch(onFailure)
  return {
    stop: async () => {
      if (worker.getState() === 'RUNNING') worker.shutdown()
      await running
      await connection.close()
    },
  }
}

/** The package names its own entry, since a bundled chunk does not know where it lies. */
function shippedShell(): string {
  return createRequire(import.meta.url).resolve('@tenon/runtime/temporal/workflow')
}
