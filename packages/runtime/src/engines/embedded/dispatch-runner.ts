import { TenonError } from '@tenon/core/errors'
import { nodeIdOf } from '@tenon/core/run'
import { beginAttempt } from '../../attempts/begin-attempt.ts'
import { executeAttempt } from '../../attempts/execute-attempt.ts'
import { createStopSwitch, type StopSwitch } from '../../attempts/stop-switch.ts'
import { createLru } from '../../lru.ts'
import type { NodeDispatch } from '../../store/node-dispatches.ts'
import { unreadableFact } from '../../store/release-to-readers.ts'
import type { RenewedLease } from '../../store/renew-lease.ts'
import { type PassRef, passKey } from '../../store/run-ref.ts'
import { retryDelayMs } from './retry-delay.ts'
import { fieldsOf, type WorkerDeps } from './worker-deps.ts'

/**
 * Executes nodes of the task queues that this process serves. Their runs may belong to other workers: the outcome is
 * stored in the log and wakes the run.
 */
export interface DispatchRunner {
  /** Executes claimed queued nodes, each once at a time. */
  execute(queued: readonly NodeDispatch[]): void
  /** Stops the bodies of queued nodes whose cancelation was requested. */
  cancel(queued: readonly PassRef[]): void
  /** Executes queued nodes that this worker owns without knowing, and stops those that it no longer owns. */
  renewed(lease: RenewedLease): void
  /** Tenants of the queued nodes that it executes, one entry each. */
  tenants(): readonly string[]
  /** Resolves when no body runs. */
  whenIdle(): Promise<void>
  /** Begins nothing new; resolves when all bodies have ended, or after `drainMs` has stopped them. */
  drain(drainMs: number): Promise<void>
}

const RETRY_MS = 1_000
/**
 * Time in milliseconds after which a queued node of a paused run is tried again. When a run is resumed, its
 * queued nodes are due at once; they need this time only if the worker that resumes it disappears before it wakes them.
 */
const PAUSED_RETRY_MS = 30_000
/** Most queued nodes whose errors are counted; an evicted one is counted from 0 again. */
const MAX_FAILURES = 1_000

/** Creates the runner of one process. */
export function createDispatchRunner(deps: WorkerDeps): DispatchRunner {
  const { committer, dispatch, findType, lease, log, now, slots, workerId } = deps
  const running = new Map<string, { readonly tenantId: string; readonly stop: StopSwitch }>()
  const working = new Set<Promise<void>>()
  /** Errors of queued nodes since they were last executed without one, by name. */
  const failures = createLru<number>(MAX_FAILURES)
  let isDraining = false

  const release = async (queued: NodeDispatch, notBefore: number): Promise<void> => {
    await dispatch.releaseDispatch(queued, notBefore)
    if (notBefore > now()) deps.wakeAt(notBefore)
    else deps.wakeWorkers()
  }
  const releasePaused = async (queued: NodeDispatch): Promise<void> => {
    const retryAt = now() + PAUSED_RETRY_MS
    if (await dispatch.releasePaused(queued, retryAt)) deps.wakeAt(retryAt)
    else deps.wakeWorkers()
  }
  const attempt = async (queued: NodeDispatch, stop: StopSwitch): Promise<void> => {
    const slot = await slots.acquire(queued.tenantId)
    if (slot === null || isDraining || !lease.isValid()) {
      slot?.release()
      await release(queued, 0)
      return
    }
    try {
      const attemptDeps = { committer, findType, now, worker: workerId }
      const unserved = queued.isExpired ? { unserved: unservedError(queued) } : {}
      const begun = await beginAttempt(queued, slot, attemptDeps, { isStale: true, ...unserved })
      if (begun.kind === 'gone') await dispatch.endDispatch(queued)
      if (begun.kind === 'paused') await releasePaused(queued)
      if (begun.kind === 'unable') await release(queued, now() + RETRY_MS)
      if (begun.kind === 'later') await release(queued, begun.nextAt)
      if (begun.kind === 'ended') deps.wakeWorkers()
      if (begun.kind !== 'started') return
      const end = await executeAttempt(begun.started, {
        ...{
          ...attemptDeps,
          log,
          http: deps.egress,
          files: deps.files,
          dataTables: deps.dataTables,
          models: deps.models,
          secrets: deps.secrets,
          stop: stop.signals,
        },
        // The queued node itself is the alarm of its next attempt.
        hasStoredTimers: false,
        graceMs: deps.cancelGraceMs,
        onBodyEnd: () => slot.release(),
      })
      if (end.kind === 'ended') deps.wakeWorkers()
      if (end.kind === 'retry') await release(queued, end.nextAt)
      if (end.kind === 'left') await release(queued, 0)
    } finally {
      slot.release()
    }
  }
  /** Leaves a node of a run whose log a later version has written to; false for any other error, or if that fails. */
  const leaveToReaders = async (queued: NodeDispatch, error: unknown): Promise<boolean> => {
    const factType = unreadableFact(error)
    if (factType === null) return false
    try {
      await dispatch.releaseDispatchToReaders(queued, factType)
    } catch {
      return false
    }
    failures.delete(passKey(queued))
    const fields = fieldsOf(queued, error, queued.nodeRunId)
    log('warn', 'node_dispatch.released: a later version has written to the run', fields)
    return true
  }
  const track = async (queued: NodeDispatch, stop: StopSwitch): Promise<void> => {
    const { nodeRunId } = queued
    const name = passKey(queued)
    try {
      await attempt(queued, stop)
      failures.delete(name)
    } catch (error) {
      if (await leaveToReaders(queued, error)) return
      const count = (failures.get(name) ?? 0) + 1
      failures.set(name, count)
      const retryInMs = retryDelayMs(error, count)
      log('warn', 'node_dispatch.failed: retrying', { ...fieldsOf(queued, error, nodeRunId), retryInMs })
      // If this fails as well, the next renewal finds a queued node that this worker owns and does not execute.
      await release(queued, now() + retryInMs).catch(() => undefined)
    } finally {
      running.delete(name)
    }
  }
  const execute = (claimed: readonly NodeDispatch[]): void => {
    for (const queued of claimed) {
      const name = passKey(queued)
      if (isDraining || running.has(name)) continue
      const stop = createStopSwitch()
      running.set(name, { tenantId: queued.tenantId, stop })
      const tracked: Promise<void> = track(queued, stop).finally(() => working.delete(tracked))
      working.add(tracked)
    }
  }
  const whenIdle = async (): Promise<void> => {
    while (working.size > 0) await Promise.allSettled(working)
  }
  const stopAll = (): void => {
    for (const { stop } of running.values()) stop.stop('shutdown')
  }

  return {
    execute,
    cancel: (canceling) => {
      for (const queued of canceling) running.get(passKey(queued))?.stop.stop('cancel')
    },
    renewed: ({ ownedDispatches }) => {
      const owned = new Set(ownedDispatches.map(passKey))
      for (const [name, { stop }] of running) if (!owned.has(name)) stop.stop('shutdown')
      execute(ownedDispatches)
    },
    tenants: () => [...running.values()].map(({ tenantId }) => tenantId),
    whenIdle,
    drain: async (drainMs) => {
      isDraining = true
      const timer = setTimeout(stopAll, drainMs)
      await whenIdle()
      clearTimeout(timer)
    },
  }
}

function unservedError({ nodeRunId, waitedMs }: NodeDispatch): TenonError {
  const waited = `${Math.round(waitedMs / 1_000)} s`
  return new TenonError(
    'TASK_QUEUE_UNSERVED',
    `No worker took the node "${nodeIdOf(nodeRunId)}" from its task queue within ${waited}`,
  )
}
