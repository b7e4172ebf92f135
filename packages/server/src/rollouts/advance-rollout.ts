import type { Identity } from '@tenon/core/api'
import type { RunId } from '@tenon/core/document'
import type { TenonError } from '@tenon/core/errors'
import { publishChange, type TransactionHook } from '@tenon/runtime'
import type { Plan } from '@tenon/runtime/interpreter'
import { databaseNow } from '@tenon/runtime/postgres'
import type { ServerContext } from '../context.ts'
import { reasonOf } from '../log/reason-of.ts'
import { isOfOneRun, type MigrateDeps, migrateRun, planToMove } from '../runs/migrate-run.ts'
import { auditHook, insertSystemAudit } from '../tables/audit-repository.ts'
import type { RolloutRef } from '../tables/rollout-ref.ts'
import {
  dropSweep,
  dueRollout,
  findRollout,
  holdRollout,
  lockRollout,
  storeCanaryRuns,
  updateRollout,
} from '../tables/rollout-repository.ts'
import {
  clearRuns,
  countCanaryRuns,
  countEndedRuns,
  hasOpenRuns,
  putRolloutRun,
  selectRunsToRollOut,
} from '../tables/rollout-runs-repository.ts'
import type { RolloutRunRow, VersionRolloutRow } from '../tables/rollout-tables.ts'
import type { ServerTables, ServerTx } from '../tables/server-tables.ts'
import { lockWorkflow } from '../tables/workflow-repository.ts'
import { promote, rollBack } from './change-rollout.ts'
import { judgeCanary } from './judge-canary.ts'
import { ROLLOUT_INTERVALS, type RolloutIntervals } from './rollout-intervals.ts'

/** Dependencies of the work on rollouts. */
export interface RolloutDeps extends MigrateDeps {
  readonly bus: ServerContext['bus']
  readonly log: ServerContext['log']
  /** Other times than usual. */
  readonly intervals?: Partial<RolloutIntervals>
}

/** Runs that one call moves or cancels at most, so that a rollout that is stopped stops soon. */
const BATCH = 25
/** Share of the time that counting the runs of a canary may take. */
const COUNT_SHARE = 20
/** Pause until a canary is looked at again, as a share of the time for which its runs have not changed. */
const QUIET_SHARE = 0.1

/** A rollout that changes no runs any more: what was about to be stored for a run is not. */
class RolloutEnded extends Error {}

/** A run that remains on its version: a person has withdrawn the request meanwhile. */
class RunRefused extends Error {}

/**
 * Does the next part of the work on a rollout: applies the rule of a canary, or moves or cancels some runs. It may be called
 * by several processes at once, and again after one was killed: what was stored for a run is found, and not done twice.
 */
export async function advanceRollout(deps: RolloutDeps, ref: RolloutRef): Promise<void> {
  const row = await deps.database.withTenant(ref.tenantId, (tx) => findRollout(tx, ref))
  if (row?.status === 'canary') await advanceCanary(deps, ref, row)
  else if (row?.status === 'in_progress' && row.since !== null) await advanceRuns(deps, ref, row, row.since)
  else await deps.database.withTenant(ref.tenantId, (tx) => dropSweep(tx, ref))
}

async function advanceCanary(deps: RolloutDeps, ref: RolloutRef, counted: VersionRolloutRow): Promise<void> {
  const { database, bus, log, now } = deps
  const { lookMs, quietMs } = timesOf(deps)
  const { tenantId, workflowId, version } = ref
  const startedAt = performance.now()
  const runs = await database.withTenant(tenantId, (tx) => countCanaryRuns(tx, counted))
  const costMs = Math.round(performance.now() - startedAt)
  // Its rule never changes, so that most looks hold the rollout alone.
  const verdict = judgeCanary(counted, runs)
  const ended = await database.withTenant(tenantId, async (tx) => {
    const workflow = verdict === 'promote' ? await lockWorkflow(tx, tenantId, workflowId) : null
    const row = await lockRollout(tx, ref)
    if (row?.status !== 'canary') return null
    const hasChanged = await storeCanaryRuns(tx, ref, row, runs)
    if (verdict === null) {
      // One that has no runs for long, as in a deleted workflow, costs little.
      const pauseMs = hasChanged ? 0 : Math.min(quietMs, (now() - (row.counted_at ?? now())) * QUIET_SHARE)
      await dueRollout(tx, ref, Math.round(Math.max(lookMs, costMs * COUNT_SHARE, pauseMs)))
      return null
    }
    if (verdict === 'roll_back') await rollBack(tx, ref, null)
    else if (workflow !== null) await promote(deps, tx, ref, row, workflow)
    const details = { version, completed: runs.completed, failed: runs.failed }
    const action = verdict === 'promote' ? 'rollout.promote' : 'rollout.roll_back'
    await insertSystemAudit(tx, { tenantId, action, resource: workflowId, at: now(), details })
    return { verdict, ...details }
  })
  if (ended === null) return
  const { verdict: how, ...details } = ended
  if (how === 'roll_back')
    log('warn', 'rollout.rolled_back: too many runs of the version have failed', { ...ref, ...details })
  else log('info', 'rollout.promoted', { ...ref, ...details })
  publishChange(bus, tenantId, { kind: 'version', id: version, workflowId })
}

async function advanceRuns(deps: RolloutDeps, ref: RolloutRef, row: VersionRolloutRow, since: number): Promise<void> {
  const { database, bus } = deps
  const { graceMs, checkMs, lookMs } = timesOf(deps)
  const { tenantId, workflowId, version } = ref
  const isCancel = row.runs === 'cancel'
  const { counted, runIds } = await database.withTenant(tenantId, async (tx) => {
    const held = await lockRollout(tx, ref)
    if (held?.status !== 'in_progress') return { counted: 0, runIds: [] }
    const counted = await countEndedRuns(tx, ref)
    return { counted, runIds: await selectRunsToRollOut(tx, ref, { since, graceMs, isCancel, checkMs, limit: BATCH }) }
  })
  const hasAskedAll = await askRuns(deps, ref, row, runIds)
  const isEnded = await database.withTenant(tenantId, async (tx) => {
    const held = await lockRollout(tx, ref)
    if (held?.status !== 'in_progress') return false
    if (runIds.length > 0 || (await hasOpenRuns(tx, ref, { since, graceMs }))) {
      await dueRollout(tx, ref, hasAskedAll && runIds.length === BATCH ? 0 : lookMs)
      return false
    }
    await updateRollout(tx, ref, { status: 'completed', ended_at: databaseNow })
    await clearRuns(tx, ref, { keepsRefused: true })
    await dropSweep(tx, ref)
    return true
  })
  if (isEnded || counted > 0 || runIds.length > 0) {
    publishChange(bus, tenantId, { kind: 'version', id: version, workflowId })
  }
}

/**
 * Asks runs to move or to end, one after the other, for a part of the time for which this process has the rollout. Those that
 * are not asked come later, and one that cannot be asked keeps no other one from being asked.
 *
 * @returns True if all were asked.
 */
async function askRuns(
  deps: RolloutDeps,
  ref: RolloutRef,
  row: VersionRolloutRow,
  runIds: readonly RunId[],
): Promise<boolean> {
  const { tenantId, version } = ref
  const identity: Identity = {
    ...{ tenantId, userId: row.starter_id, displayName: row.starter_name, role: row.starter_role },
  }
  const until = performance.now() + timesOf(deps).leaseMs / 2
  // Read and parsed once for all of them.
  let plan: Plan | null = null
  for (const runId of runIds) {
    if (performance.now() > until) return false
    try {
      if (row.runs === 'cancel') await cancelOne(deps, { ref, identity, runId })
      else {
        plan ??= await planToMove(deps, { tenantId, workflowId: ref.workflowId, mode: 'live' }, version)
        await moveOne(deps, { ref, identity, runId }, plan)
      }
    } catch (error) {
      if (error instanceof RolloutEnded) return false
      // It may concern all of them, as one of the database does.
      deps.log('warn', 'rollout.run_failed: asking it again later', { ...ref, runId, reason: reasonOf(error) })
      return false
    }
  }
  return true
}

interface OneRun {
  readonly ref: RolloutRef
  readonly identity: Identity
  readonly runId: RunId
}

type Found = Pick<RolloutRunRow, 'state' | 'code' | 'message' | 'turn'>

/** The run will move or end; it is asked again once it has continued after this turn, or after a time. */
function pendingAt(turn: number | null): Found {
  return { state: 'pending', code: null, message: null, turn }
}

/** Records how a run was found, not once the rollout has been stopped. @returns False for a run that remains on its version. */
async function noteRun(tx: ServerTx, { ref, runId }: OneRun, found: Found): Promise<boolean> {
  if (!(await holdRollout(tx, ref))) throw new RolloutEnded()
  return putRolloutRun(tx, ref, { run_id: runId, ...found })
}

/** Stores, in the transaction of the request, that a run will move or end. */
function pendingHook(one: OneRun, turn: number | null): TransactionHook {
  return async (tx) => {
    const own = tx.withTables<Pick<ServerTables, keyof ServerTables>>()
    if (!(await noteRun(own, one, pendingAt(turn)))) throw new RunRefused()
  }
}

async function moveOne(deps: RolloutDeps, one: OneRun, plan: Plan): Promise<void> {
  const { ref, identity, runId } = one
  const { tenantId, version } = ref
  const note = (found: Found) => deps.database.withTenant(tenantId, (tx) => noteRun(tx, one, found))
  const run = await deps.reader.getRun(tenantId, runId)
  if (run === null) return
  try {
    const hook = pendingHook(one, run.turn)
    const outcome = await migrateRun(deps, identity, run, { version }, { plan, hook })
    if (outcome !== 'accepted') await note(pendingAt(run.turn))
  } catch (error) {
    if (error instanceof RunRefused) return
    // A fault of the database or of this process may concern all of them.
    if (!isOfOneRun(error)) throw error
    // It ends, waits in the queue, or another request to move it waits: it is looked at again.
    if (mayMoveLater(error)) await note(pendingAt(run.turn))
    else await note({ state: 'refused', code: error.code, message: error.message, turn: null })
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
  const { outcome } = await engine.cancel(tenantId, runId, actor, async (tx) => {
    await pendingHook(one, null)(tx)
    await audit(tx)
  })
  // Also if it was requested before, or if the run ends now.
  if (outcome !== 'not_found') await database.withTenant(tenantId, (tx) => noteRun(tx, one, pendingAt(null)))
}

function timesOf({ intervals }: RolloutDeps): RolloutIntervals {
  return { ...ROLLOUT_INTERVALS, ...intervals }
}
