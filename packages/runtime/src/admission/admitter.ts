import { type Bus, publishChange } from '../bus.ts'
import type { QueueChange } from '../commit/pending-append.ts'
import type { Engine, RuntimeLog } from '../engine.ts'
import type { RuntimeDatabase } from '../postgres/tables.ts'
import type { QueueEntry, RequestRules } from '../store/queue-entry.ts'
import { isLimited } from '../store/run-limits.ts'
import { acceptRun } from './accept-run.ts'
import type { AdmittedRun } from './admit-runs.ts'
import { checkRunLimits, type RunLimitsOf } from './check-run-limits.ts'
import { closeGate, openGate } from './gates.ts'
import { createLaneTimers } from './lane-timers.ts'
import type { AcceptedRun, RunToAccept } from './run-to-accept.ts'
import { createSweeper } from './sweeper.ts'

/** Admits runs that wait to start, on both engines. */
export interface Admitter {
  /** Checks whether a limit applies to a run, so that it is accepted before its start. A test run never waits. */
  mayWait(
    run: { readonly tenantId: string; readonly mode: 'live' | 'test' },
    entry: QueueEntry,
    rules: RequestRules,
  ): boolean
  /** Stores a run before its start; see {@link acceptRun}. */
  accept(run: Omit<RunToAccept, 'limits'>): Promise<AcceptedRun>
  /** Admits what may start now in a queue that has changed, in the background; calls while it does so are combined. */
  sweepAfter(change: QueueChange): void
  readonly pauseStarts: Engine['pauseStarts']
  readonly resumeStarts: Engine['resumeStarts']
  /** Sweeps every queue regularly from now on, so that no run waits for the sweep of a process that has died. */
  start(): void
  /** Resolves when no sweep is in flight. */
  whenIdle(): Promise<void>
  /** Stops; resolves when no sweep is in flight. */
  stop(): Promise<void>
}

/** Dependencies of an admitter. */
export interface AdmitterDeps {
  readonly database: RuntimeDatabase
  readonly bus: Bus
  readonly log: RuntimeLog
  readonly limitsOf: RunLimitsOf | undefined
  /** Called after runs were admitted: wakes what starts them. */
  readonly onAdmitted: () => void
  /** Interval at which every queue is swept, in ms. */
  readonly intervalMs: number
}

/** Creates the admitter of one process. */
export function createAdmitter({ database, bus, log, limitsOf, onAdmitted, intervalMs }: AdmitterDeps): Admitter {
  const limits = checkRunLimits(limitsOf, log)
  const announce = (tenantId: string, admitted: readonly AdmittedRun[]): void => {
    for (const { runId: id, workflowId } of admitted) publishChange(bus, tenantId, { kind: 'run', id, workflowId })
    if (admitted.length > 0) onAdmitted()
  }
  const timers = createLaneTimers((tenantId, lanes) => sweeper.sweep(tenantId, { lanes }))
  const sweeper = createSweeper({
    ...{ database, log, limits, intervalMs },
    onSwept: (tenantId, { admitted, openings }) => {
      announce(tenantId, admitted)
      timers.add(tenantId, openings)
    },
  })
  /** Announces a pause or its end to lists and editors. */
  const announcePause = (tenantId: string, workflowId: string | null): void => {
    if (workflowId === null) publishChange(bus, tenantId, { kind: 'tenant', id: tenantId })
  }
  return {
    mayWait: ({ tenantId, mode }, { limit, rate }, { dedupe, collect }) => {
      const isLive = mode === 'live'
      return isLive && ([limit, rate, dedupe, collect].some((rule) => rule !== null) || isLimited(limits(tenantId)))
    },
    accept: async (run) => {
      const { tenantId, runId, workflowId } = run.request
      const accepted = await acceptRun(database, { ...run, limits: limits(tenantId) })
      if (accepted.outcome === 'exists') return accepted
      const id = accepted.outcome === 'stored' ? runId : accepted.runId
      publishChange(bus, tenantId, { kind: 'run', id, workflowId })
      announce(
        tenantId,
        accepted.admitted.filter((each) => each.runId !== runId),
      )
      timers.add(tenantId, accepted.openings)
      return accepted
    },
    sweepAfter: ({ tenantId, hasLimit, ended, lanes }) => {
      if (hasLimit || isLimited(limits(tenantId))) sweeper.sweep(tenantId, { ended, lanes })
    },
    pauseStarts: async (tenantId, workflowId, actor, hook) => {
      const result = await closeGate(database, { tenantId, workflowId }, actor, hook)
      if (result.outcome === 'accepted') announcePause(tenantId, workflowId)
      return result
    },
    resumeStarts: async (tenantId, workflowId, hook) => {
      const { outcome, swept } = await openGate(database, { tenantId, workflowId }, limits(tenantId), hook)
      if (swept === null) return { outcome }
      announcePause(tenantId, workflowId)
      announce(tenantId, swept.admitted)
      timers.add(tenantId, swept.openings)
      if (swept.last !== null) sweeper.sweep(tenantId, { after: swept.last })
      return { outcome }
    },
    start: sweeper.start,
    whenIdle: sweeper.whenIdle,
    stop: async () => {
      timers.stop()
      await sweeper.stop()
    },
  }
}
