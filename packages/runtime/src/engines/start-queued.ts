import type { Admitter } from '../admission/admitter.ts'
import { advanceRun } from '../commit/advance-run.ts'
import type { Committer, CreateRunRequest } from '../commit/commit-types.ts'
import type { RuntimeLog, StartedRunRow } from '../engine.ts'
import type { Plan } from '../interpreter/plan.ts'
import { reasonOf } from '../reason-of.ts'
import type { RunReader } from '../run-store.ts'
import type { RunInbox } from '../store/inbox.ts'
import type { QueueEntry, RequestRules } from '../store/queue-entry.ts'

/** Dependencies of starts that may have to wait. */
export interface StartQueuedDeps {
  readonly admitter: Pick<Admitter, 'accept'>
  readonly committer: Committer
  readonly inbox: Pick<RunInbox, 'read'>
  readonly reader: Pick<RunReader, 'getRun'>
  readonly log: RuntimeLog
  readonly now: () => number
}

/** A run to store, with its entry of the queue. */
export interface QueuedStart {
  readonly request: CreateRunRequest
  readonly plan: Plan
  readonly entry: QueueEntry
  readonly rules: RequestRules
  /** Key of the requirements of the run; empty for none. */
  readonly requires: string
}

/**
 * Stores a run before its start, and commits its first turns if it is admitted at once.
 *
 * @returns The run, or the one that has its id; `isAdmitted` if it is admitted now.
 * @throws {@link TenonError} as {@link Admitter.accept}.
 */
export async function startQueued(
  { admitter, committer, inbox, reader, log, now }: StartQueuedDeps,
  start: QueuedStart,
): Promise<{ readonly started: StartedRunRow; readonly isAdmitted: boolean }> {
  const { tenantId, runId } = start.request
  const accepted = await admitter.accept({ ...start, at: now() })
  if (accepted.outcome === 'exists') {
    const known = await reader.getRun(tenantId, runId)
    const started = { runId, status: known?.status ?? 'queued', startedAt: known?.startedAt ?? null }
    return { started, isAdmitted: false }
  }
  if (accepted.outcome !== 'stored') {
    const known = await reader.getRun(tenantId, accepted.runId)
    const { status = 'queued', startedAt = null } = known ?? {}
    const how = accepted.outcome === 'merged' ? { merged: true as const } : { deduplicated: true as const }
    return { started: { runId: accepted.runId, status, startedAt, ...how }, isAdmitted: false }
  }
  const isAdmitted = accepted.admitted.some((each) => each.runId === runId)
  const queued: StartedRunRow = { runId, status: 'queued', startedAt: null }
  if (!isAdmitted) return { started: queued, isAdmitted }
  try {
    const facts = await inbox.read({ tenantId, runId })
    const result = await advanceRun(committer, { tenantId, runId, facts, isStale: true }, log)
    const first = result.events[0]
    return { started: first === undefined ? queued : { runId, status: result.status, startedAt: first.at }, isAdmitted }
  } catch (error) {
    // It is stored, and a worker begins it.
    log('warn', 'run.begin_failed: a worker begins it', { tenantId, runId, reason: reasonOf(error) })
    return { started: queued, isAdmitted }
  }
}
