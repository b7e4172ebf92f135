import { type Bus, publishChange } from '../bus.ts'
import type { QueueChange } from '../commit/pending-append.ts'
import type { Engine, RuntimeLog } from '../engine.ts'
import type { RuntimeDatabase } from '../postgres/tables.ts'
import { reasonOf } from '../reason-of.ts'
import type { QueueEntry } from '../store/queue-entry.ts'
import { type AcceptedRun, acceptRun, type RunToAccept } from './accept-run.ts'
import { checkRunLimits, type RunLimitsOf } from './check-run-limits.ts'
import { closeGate, openGate } from './gates.ts'
import { type AdmittedRun, admitRuns, lockQueue } from './queue-rows.ts'

/** Admits runs that wait to start, on both engines. */
export interface Admitter {
  /** Checks whether a limit applies to a run, so that it is accepted before its start. A test run never waits. */
  mayWait(run: { readonly tenantId: string; readonly mode: 'live' | 'test' }, entry: QueueEntry): boolean
  /** Stores a run before its start; see {@link acceptRun}. */
  accept(run: Omit<RunToAccept, 'limits'>): Promise<AcceptedRun>
  /** Admits what may start now in a queue that has changed, in the background; calls while it does so are combined. */
  sweepAfter(change: QueueChange): void
  readonly pauseStarts: Engine['pauseStarts']
  readonly resumeStarts: Engine['resumeStarts']
  /** Sweeps every queue regularly from now on, so that no run waits for the sweep of a process that has died. */
  start(): void
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
  const { schema } = database
  const sweeping = new Map<string, Promise<void>>()
  const wanted = new Set<string>()
  let timer: NodeJS.Timeout | null = null
  let finding: Promise<void> = Promise.resolve()
  let isStopped = true

  const limits = checkRunLimits(limitsOf, log)
  const hasLimit = (tenantId: string): boolean =>
    Number.isFinite(limits(tenantId).inProgress ?? Number.POSITIVE_INFINITY)
  const announce = (tenantId: string, admitted: readonly AdmittedRun[]): void => {
    for (const { runId: id, workflowId } of admitted) publishChange(bus, tenantId, { kind: 'run', id, workflowId })
    if (admitted.length > 0) onAdmitted()
  }
  const sweepOnce = async (tenantId: string): Promise<void> => {
    const admitted = await database.withTenant(tenantId, async (tx) => {
      await lockQueue(tx, tenantId)
      return admitRuns(tx, schema, tenantId, limits(tenantId))
    })
    announce(tenantId, admitted)
  }
  const sweepWhileWanted = async (tenantId: string): Promise<void> => {
    try {
      while (wanted.delete(tenantId)) await sweepOnce(tenantId)
    } catch (error) {
      log('warn', 'queue.sweep_failed: retrying', { tenantId, reason: reasonOf(error) })
    } finally {
      sweeping.delete(tenantId)
    }
  }
  const sweep = (tenantId: string): void => {
    wanted.add(tenantId)
    if (!sweeping.has(tenantId)) sweeping.set(tenantId, sweepWhileWanted(tenantId))
  }
  const findQueues = async (): Promise<void> => {
    try {
      for (const tenantId of await tenantsWithQueue(database)) sweep(tenantId)
    } catch (error) {
      log('warn', 'queue.read_failed: retrying', { reason: reasonOf(error) })
    }
    if (isStopped) return
    timer = setTimeout(() => {
      finding = findQueues()
    }, intervalMs).unref()
  }
  return {
    mayWait: ({ tenantId, mode }, { limit }) => mode === 'live' && (limit !== null || hasLimit(tenantId)),
    accept: async (run) => {
      const { tenantId, runId, workflowId } = run.request
      const accepted = await acceptRun(database, { ...run, limits: limits(tenantId) })
      if (accepted.outcome === 'stored') {
        publishChange(bus, tenantId, { kind: 'run', id: runId, workflowId })
        announce(
          tenantId,
          accepted.admitted.filter((each) => each.runId !== runId),
        )
      }
      return accepted
    },
    sweepAfter: (change) => {
      if (change.hasLimit || hasLimit(change.tenantId)) sweep(change.tenantId)
    },
    pauseStarts: (tenantId, workflowId, actor, hook) => closeGate(database, { tenantId, workflowId }, actor, hook),
    resumeStarts: async (tenantId, workflowId, _actor, hook) => {
      const { outcome, admitted } = await openGate(database, { tenantId, workflowId }, limits(tenantId), hook)
      announce(tenantId, admitted)
      return { outcome }
    },
    start: () => {
      if (!isStopped) return
      isStopped = false
      finding = findQueues()
    },
    stop: async () => {
      isStopped = true
      if (timer !== null) clearTimeout(timer)
      await finding
      await Promise.all(sweeping.values())
    },
  }
}

/** Returns the tenants with runs that wait to start. */
async function tenantsWithQueue(database: RuntimeDatabase): Promise<readonly string[]> {
  const rows = await database.withSystem((tx) =>
    tx.selectFrom('run_admissions').select('tenant_id').distinct().where('admitted_at', 'is', null).execute(),
  )
  return rows.map((row) => row.tenant_id)
}
