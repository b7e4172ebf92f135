import { TenonError } from '@tenon/core/errors'
import { nodeIdOf } from '@tenon/core/run'
import { beginAttempt, carryOut, createStopSwitch, type PassPlace, type StopSwitch } from '../executor/index.ts'
import { type NodeTask, taskName } from './node-tasks.ts'
import type { RenewedLease } from './renew-lease.ts'
import { fieldsOf, type WorkerDeps } from './worker-deps.ts'

/**
 * Executes nodes of the task queues that this process serves. Their runs may belong to other workers: the outcome goes
 * into the log, and wakes the run.
 */
export interface TaskRunner {
  /** Executes claimed tasks, each once at a time. */
  execute(tasks: readonly NodeTask[]): void
  /** Stops the bodies of tasks whose cancelation was requested. */
  cancel(tasks: readonly PassPlace[]): void
  /** Executes tasks that this worker owns without knowing, and stops those that it no longer owns. */
  renewed(lease: RenewedLease): void
  /** Tenants of the tasks in hand, one entry each. */
  tenants(): readonly string[]
  /** Begins nothing new; resolves when all bodies have ended, or after `drainMs` has stopped them. */
  drain(drainMs: number): Promise<void>
}

const RETRY_MS = 1_000

/** Creates the runner of one process. */
export function createTaskRunner(deps: WorkerDeps): TaskRunner {
  const { committer, dispatch, findType, lease, log, now, slots, workerId } = deps
  const running = new Map<string, { readonly tenantId: string; readonly stop: StopSwitch }>()
  const working = new Set<Promise<void>>()
  let isDraining = false

  const release = async (task: NodeTask, notBefore: number): Promise<void> => {
    await dispatch.releaseTask(task, notBefore)
    if (notBefore > now()) deps.wakeAt(notBefore)
    else deps.wakeWorkers()
  }
  const attempt = async (task: NodeTask, stop: StopSwitch): Promise<void> => {
    const slot = await slots.acquire(task.tenantId)
    if (slot === null || isDraining || !lease.isValid()) {
      slot?.release()
      await release(task, 0)
      return
    }
    try {
      const attemptDeps = { committer, findType, now, worker: workerId }
      const unserved = task.isExpired ? { unserved: unservedError(task) } : {}
      const begun = await beginAttempt(task, slot, attemptDeps, { isStale: true, ...unserved })
      if (begun.kind === 'gone') await dispatch.endTask(task)
      if (begun.kind === 'unable') await release(task, now() + RETRY_MS)
      if (begun.kind === 'later') await release(task, begun.nextAt)
      if (begun.kind === 'settled') deps.wakeWorkers()
      if (begun.kind !== 'started') return
      const end = await carryOut(begun.started, {
        ...{ ...attemptDeps, log, http: deps.egress, secrets: deps.secrets, stop: stop.signals },
        // The task itself is the alarm of its next attempt.
        hasStoredTimers: false,
        graceMs: deps.cancelGraceMs,
        onBodyEnd: () => slot.release(),
      })
      if (end.kind === 'settled') deps.wakeWorkers()
      if (end.kind === 'retry') await release(task, end.nextAt)
      if (end.kind === 'left') await release(task, 0)
    } finally {
      slot.release()
    }
  }
  const track = async (task: NodeTask, stop: StopSwitch): Promise<void> => {
    const { nodeRunId } = task
    try {
      await attempt(task, stop)
    } catch (error) {
      log('warn', 'task.failed: retrying', fieldsOf(task, error, nodeRunId))
      // If this fails as well, the next renewal finds a task that this worker owns and does not execute.
      await release(task, now() + RETRY_MS).catch(() => undefined)
    } finally {
      running.delete(taskName(task))
    }
  }
  const execute = (tasks: readonly NodeTask[]): void => {
    for (const task of tasks) {
      const name = taskName(task)
      if (isDraining || running.has(name)) continue
      const stop = createStopSwitch()
      running.set(name, { tenantId: task.tenantId, stop })
      const tracked: Promise<void> = track(task, stop).finally(() => working.delete(tracked))
      working.add(tracked)
    }
  }
  const stopAll = (): void => {
    for (const { stop } of running.values()) stop.stop('shutdown')
  }

  return {
    execute,
    cancel: (tasks) => {
      for (const task of tasks) running.get(taskName(task))?.stop.stop('cancel')
    },
    renewed: ({ ownedTasks }) => {
      const owned = new Set(ownedTasks.map(taskName))
      for (const [name, { stop }] of running) if (!owned.has(name)) stop.stop('shutdown')
      execute(ownedTasks)
    },
    tenants: () => [...running.values()].map(({ tenantId }) => tenantId),
    drain: async (drainMs) => {
      isDraining = true
      const timer = setTimeout(stopAll, drainMs)
      while (working.size > 0) await Promise.allSettled(working)
      clearTimeout(timer)
    },
  }
}

function unservedError({ nodeRunId, waitedMs }: NodeTask): TenonError {
  const waited = `${Math.round(waitedMs / 1_000)} s`
  return new TenonError(
    'TASK_QUEUE_UNSERVED',
    `No worker took the node "${nodeIdOf(nodeRunId)}" from its task queue within ${waited}`,
  )
}
