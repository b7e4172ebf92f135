import { createRequire } from 'node:module'
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Worker } from '@temporalio/worker'
import { connectionOptions, DEFAULT_TASK_QUEUE, type TemporalEngineOptions } from '../options.ts'
import type { ShellActivities } from '../shell-types.ts'

/** A worker that runs shells and node runs until it is stopped. */
export interface ShellWorker {
  /** Waits until running activities have ended or reached a safe point, then disconnects. */
  stop(): Promise<void>
}

const DRAIN_MS = 10_000
/** Time in milliseconds after which a worker that has not ended is abandoned. */
const FORCE_AFTER_MS = 15_000
/** Heartbeats are throttled only briefly, since cancelations arrive with their response. */
const HEARTBEAT_THROTTLE_MS = 1_000

/** Dependencies of a worker of Temporal. */
export interface ShellWorkerDeps {
  /** The worker's name in the run log, and so in Temporal. */
  readonly identity: string
  /** Activities of the shells. */
  readonly activities: ShellActivities
  /** Called once if a worker ends by itself. */
  readonly onFailure: (error: unknown) => void
}

/** Connects to Temporal and starts a worker on each queue of this process. */
export async function startShellWorker(
  options: TemporalEngineOptions,
  { identity, activities, onFailure }: ShellWorkerDeps,
): Promise<ShellWorker> {
  const { namespace = 'default', taskQueue = DEFAULT_TASK_QUEUE, nodeQueues = [], tenantQueues = [] } = options
  const { drainMs = DRAIN_MS, maxConcurrentNodes = 50 } = options
  const workflowBundle = options.workflowBundle ?? (await bundleShell(options.workflowsPath ?? shippedShell()))
  const connection = await NativeConnection.connect(connectionOptions(options))
  const common = {
    connection,
    namespace,
    identity,
    maxConcurrentActivityTaskExecutions: maxConcurrentNodes,
    maxHeartbeatThrottleInterval: HEARTBEAT_THROTTLE_MS,
    defaultHeartbeatThrottleInterval: HEARTBEAT_THROTTLE_MS,
    shutdownGraceTime: drainMs,
    shutdownForceTime: drainMs + FORCE_AFTER_MS,
  }
  const created = await Promise.allSettled([
    ...[taskQueue, ...tenantQueues].map((queue) =>
      Worker.create({ ...common, taskQueue: queue, activities: { ...activities }, workflowBundle }),
    ),
    ...nodeQueues.map((queue) =>
      Worker.create({ ...common, taskQueue: queue, activities: { executeNode: activities.executeNode } }),
    ),
  ])
  const workers = created.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
  const running = workers.map((worker) => worker.run().catch(onFailure))
  const stop = async (): Promise<void> => {
    for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown()
    await Promise.all(running)
    await connection.close()
  }
  const refused = created.find((each) => each.status === 'rejected')
  if (refused === undefined) return { stop }
  await stop()
  throw refused.reason
}

/** Bundles a shell for the sandbox, from its source or its built file. */
export function bundleShell(workflowsPath: string): Promise<{ readonly code: string }> {
  return bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('WARN') })
}

/** Returns the path of the shell by the package's own entry, since a bundled chunk does not know its location. */
function shippedShell(): string {
  return createRequire(import.meta.url).resolve('@tenon/runtime/temporal/workflow')
}
