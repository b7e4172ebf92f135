import type { Identity } from '@tenon/core/api'
import type { RunId } from '@tenon/core/document'
import type { TenonError } from '@tenon/core/errors'
import { publishChange, type TransactionHook } from '@tenon/runtime'
import type { ServerContext } from '../context.ts'
import { isOfOneRun, type MigrateDeps, migrateRun } from '../runs/migrate-run.ts'
import { auditHook, insertSystemAudit } from '../tables/audit-repository.ts'
import { databaseNow, type RolloutRef } from '../tables/rollout-ref.ts'
import {
  dropSweep,
  dueRollout,
  findRollout,
  holdRollout,
  lockRollout,
  updateRollout,
} from '../tables/rollout-repository.ts'
import {
  clearRuns,
  countCanaryRuns,
  countEndedRuns,
  GRACE_MS,
  hasOpenRuns,
  putRolloutRun,
  selectRunsToRollOut,
} from '../tables/rollout-runs-repository.ts'
import type { ServerTables, VersionRolloutRow } from '../tables/server-tables.ts'
import { promote, rollBack } from './change-rollout.ts'
import { judgeCanary } from './judge-canary.ts'

/** Dependencies of the work on rollouts. */
export interface RolloutDeps extends MigrateDeps {
  readonly bus: ServerContext['bus']
  readonly log: ServerContext['log']
  /** Time for which runs that were accepted after the beginning belong to a rollout. @defaultValue 5,000 ms */
  readonly graceMs?: number
}

/** Runs that one call moves or cancels at most, so that a rollout that is stopped stops soon. */
const BATCH = 25
/** Time until an open rollout that has nothing to do now is looked at again. */
const LOOK_MS = 1_000
/** Share of the time that counting the runs of a canary may take. */
const COUNT_SHARE = 20

/** A rollout that changes no runs any more: what was about to be stored for a run is not. */
class RolloutEnded extends Error {}

/**
 * Does the next part of the work on a rollout: applies the rule of a canary, or moves or cancels some runs. It may be called
 * by several processes at once, and again after one was killed: what was stored for a run is found, and not done twice.
 */
export async function advanceRollout(deps: RolloutDeps, ref: RolloutRef): Promise<void> {
  const row = await deps.database.withTenant(ref.tenantId, (tx) => findRollout(tx, ref))
  if (row?.status === 'canary') await advanceCanary(deps, ref)
  else if (row?.status === 'in_progress' && row.since !== null) await advanceRuns(deps, ref, row, row.since)
  else await deps.database.withTenant(ref.tenantId, (tx) => dropSweep(tx, ref))
}

async function advanceCanary({ database, bus, log, now }: RolloutDeps, ref: RolloutRef): Promise<void> {
  const { tenantId, workflowId, version } = ref
  const startedAt = performance.now()
  const verdict = await database.withTenant(tenantId, async (tx) => {
    const row = await lockRollout(tx, ref)
    if (row?.status !== 'canary') return null
    const runs = await countCanaryRuns(tx, row)
    const verdict = judgeCanary(row, runs)
    if (verdict === null) {
      await dueRollout(tx, ref, Math.max(LOOK_MS, Math.round((performance.now() - startedAt) * COUNT_SHARE)))
      return null
    }
    if (verdict === 'promote') await promote(tx, ref, row)
    else await rollBack(tx, ref, null)
    const details = { version, completed: runs.completed, failed: runs.failed }
    const action = verdict === 'promote' ? 'rollout.promote' : 'rollout.roll_back'
    await insertSystemAudit(tx, { tenantId, action, resource: workflowId, at: now(), details })
    return { verdict, ...details }
  })
  if (verdict === null) return
  const { verdict: how, ...details } = verdict
  if (how === 'roll_back')
    log('warn', 'rollout.rolled_back: too many runs of the version have failed', { ...ref, ...details })
  else log('info', 'rollout.promoted', { ...ref, ...details })
  publishChange(bus, tenantId, { kind: 'version', id: version, workflowId })
}

async function advanceRuns(deps: RolloutDeps, ref: RolloutRef, row: VersionRolloutRow, since: number): Promise<void> {
  const { database, bus, graceMs = GRACE_MS } = deps
  const { tenantId, workflowId, version } = ref
  const isCancel = row.runs === 'cancel'
  const { counted, runIds } = await database.withTenant(tenantId, async (tx) => {
    const held = await lockRollout(tx, ref)
    if (held?.status !== 'in_progress') return { counted: 0, runIds: [] }
    const counted = await countEndedRuns(tx, ref)
    return { counted, runIds: await selectRunsToRollOut(tx, ref, { since, withQueued: isCancel, limit: BATCH }) }
  })
  const identity: Identity = {
    ...{ tenantId, userId: row.starter_id, displayName: row.starter_name, role: row.starter_role },
  }
  try {
    for (const runId of runIds) await (isCancel ? cancelOne : moveOne)(deps, { ref, identity, runId })
  } catch (error) {
    if (!(error instanceof RolloutEnded)) throw error
  }
  const isEnded = await database.withTenant(tenantId, async (tx) => {
    const held = await lockRollout(tx, ref)
    if (held?.status !== 'in_progress') return false
    if (runIds.length > 0 || (await hasOpenRuns(tx, ref, { since, graceMs }))) {
      await dueRollout(tx, ref, runIds.length === BATCH ? 0 : LOOK_MS)
      return false
    }
    await updateRollout(tx, ref, { status: 'completed', ended_at: databaseNow })
    await clearRuns(tx, ref, { onlyPending: true })
    await dropSweep(tx, ref)
    return true
  })
  if (isEnded || counted > 0 || runIds.length > 0) {
    publishChange(bus, tenantId, { kind: 'version', id: version, workflowId })
  }
}

interface OneRun {
  readonly ref: RolloutRef
  readonly identity: Identity
  readonly runId: RunId
}

/** Stores, in the transaction of the request, that a run will move or end; not once the rollout has been stopped. */
function pendingHook({ ref, runId }: OneRun): TransactionHook {
  return async (tx) => {
    const own = tx.withTables<Pick<ServerTables, keyof ServerTables>>()
    if (!(await holdRollout(own, ref))) throw new RolloutEnded()
    await putRolloutRun(own, ref, { run_id: runId, state: 'pending', code: null, message: null })
  }
}

async function moveOne(deps: RolloutDeps, one: OneRun): Promise<void> {
  const { ref, identity, runId } = one
  const { tenantId, version } = ref
  const put = (found: Parameters<typeof putRolloutRun>[2]) =>
    deps.database.withTenant(tenantId, (tx) => putRolloutRun(tx, ref, found))
  const pending = { run_id: runId, state: 'pending', code: null, message: null } as const
  try {
    const run = await deps.reader.getRun(tenantId, runId)
    if (run === null) return
    const outcome = await migrateRun(deps, identity, run, { version }, pendingHook(one))
    if (outcome !== 'accepted') await put(pending)
  } catch (error) {
    // A fault of the database or of this process concerns all of them.
    if (error instanceof RolloutEnded || !isOfOneRun(error)) throw error
    // It ends, waits in the queue, or another request to move it waits: it is looked at again.
    if (mayMoveLater(error)) await put(pending)
    else await put({ run_id: runId, state: 'refused', code: error.code, message: error.message })
  }
}

function mayMoveLater({ code, details }: TenonError): boolean {
  if (code === 'RUN_CLOSED' || code === 'RUN_NOT_FOUND') return true
  const [issue] = (details?.issues ?? []) as readonly { readonly code: string }[]
  return code === 'MIGRATION_REFUSED' && (issue?.code === 'pending' || issue?.code === 'queued')
}

async function cancelOne({ database, engine, now }: RolloutDeps, one: OneRun): Promise<void> {
  const { ref, identity, runId } = one
  const { tenantId, version } = ref
  const actor = { userId: identity.userId, displayName: identity.displayName }
  const audit = auditHook({ identity, action: 'run.cancel', resource: runId, at: now(), details: { rollout: version } })
  const hook: TransactionHook = async (tx) => {
    await pendingHook(one)(tx)
    await audit(tx)
  }
  await engine.cancel(tenantId, runId, actor, hook)
  // Also if it was requested before, or if the run ends now.
  const pending = { run_id: runId, state: 'pending', code: null, message: null } as const
  await database.withTenant(tenantId, (tx) => putRolloutRun(tx, ref, pending))
}
