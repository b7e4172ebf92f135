import type { Identity, RolloutRuns } from '@tenon/core/api'
import { TenonError } from '@tenon/core/errors'
import { publishChange } from '@tenon/runtime'
import { databaseNow } from '@tenon/runtime/postgres'
import type { ServerContext } from '../context.ts'
import { type AuditAction, insertAudit } from '../tables/audit-repository.ts'
import type { RolloutRef } from '../tables/rollout-ref.ts'
import {
  dropSweep,
  dueRollout,
  findRollout,
  lockRollout,
  putRollout,
  storeCanaryRuns,
  updateRollout,
} from '../tables/rollout-repository.ts'
import { clearRuns, countCanaryRuns } from '../tables/rollout-runs-repository.ts'
import type { VersionRolloutRow } from '../tables/rollout-tables.ts'
import type { ServerTx, VersionRow, WorkflowRow } from '../tables/server-tables.ts'
import { lockWorkflow } from '../tables/workflow-repository.ts'
import { putStableTriggers } from '../triggers/put-version-triggers.ts'
import { newRollout } from './publish-rollout.ts'

type ChangeDeps = Pick<ServerContext, 'database' | 'bus' | 'now'>

/** Person who ends a rollout; `null` for the rule. */
type Ender = Pick<Identity, 'userId' | 'displayName'> | null

/**
 * Ends a canary, in the caller's transaction, which holds the row and before it the workflow: all new runs start with its
 * version, and the runs in progress are moved or canceled, if its publisher has chosen so. The addresses of a deleted
 * workflow stay closed.
 */
export async function promote(
  deps: Pick<ServerContext, 'now'>,
  tx: ServerTx,
  ref: RolloutRef,
  { runs }: Pick<VersionRolloutRow, 'runs'>,
  workflow: Pick<WorkflowRow, 'latest_version' | 'deleted_at'>,
): Promise<void> {
  if (runs === 'finish') {
    await updateRollout(tx, ref, { status: 'completed', ended_at: databaseNow })
    await dropSweep(tx, ref)
  } else {
    await updateRollout(tx, ref, { status: 'in_progress', since: databaseNow })
    await dueRollout(tx, ref, 0)
  }
  if (workflow.deleted_at === null) await putStableTriggers(deps, tx, ref, workflow.latest_version)
}

/** Ends a canary, in the caller's transaction, which holds the row: all new runs start with the former version. */
export async function rollBack(tx: ServerTx, ref: RolloutRef, by: Ender): Promise<void> {
  await endRollout(tx, ref, 'rolled_back', by)
}

async function endRollout(tx: ServerTx, ref: RolloutRef, status: 'rolled_back' | 'stopped', by: Ender): Promise<void> {
  const ender = { ender_id: by?.userId ?? null, ender_name: by?.displayName ?? null }
  await updateRollout(tx, ref, { status, ended_at: databaseNow, ...ender })
  await dropSweep(tx, ref)
}

/** Changes that a person makes to an open rollout, with the state that they need. */
const CHANGES = {
  promote: { from: 'canary', action: 'rollout.promote', refusal: 'The version is no canary' },
  rollBack: { from: 'canary', action: 'rollout.roll_back', refusal: 'The version is no canary' },
  stop: { from: 'in_progress', action: 'rollout.stop', refusal: 'The rollout does not change runs now' },
} as const satisfies Record<string, { from: VersionRolloutRow['status']; action: AuditAction; refusal: string }>

/**
 * Changes an open rollout for a person, with an entry in the audit log. Of two changes at once, one is refused.
 *
 * @throws {@link TenonError} `ROLLOUT_CLOSED`.
 */
export async function changeRollout(
  deps: ChangeDeps,
  identity: Identity,
  { workflow_id: workflowId, version }: VersionRow,
  change: keyof typeof CHANGES,
): Promise<VersionRolloutRow> {
  const { database, bus, now } = deps
  const { tenantId } = identity
  const ref = { tenantId, workflowId, version }
  const { from, action, refusal } = CHANGES[change]
  const changed = await database.withTenant(tenantId, async (tx) => {
    const found = await findRollout(tx, ref)
    // Before the lock, for which others would wait meanwhile.
    const runs = found?.status === 'canary' ? await countCanaryRuns(tx, found) : null
    const workflow = change === 'promote' ? await lockWorkflow(tx, tenantId, workflowId) : null
    const row = await lockRollout(tx, ref)
    if (row?.status !== from) throw new TenonError('ROLLOUT_CLOSED', refusal)
    if (runs !== null) await storeCanaryRuns(tx, ref, row, runs)
    if (workflow !== null) await promote(deps, tx, ref, row, workflow)
    else if (change === 'rollBack') await rollBack(tx, ref, identity)
    else {
      await endRollout(tx, ref, 'stopped', identity)
      await clearRuns(tx, ref, { keepsRefused: true })
    }
    await insertAudit(tx, { identity, action, resource: workflowId, at: now(), details: { version } })
    return findRollout(tx, ref)
  })
  publishChange(bus, tenantId, { kind: 'version', id: version, workflowId })
  return changed as VersionRolloutRow
}

/**
 * Begins to move or cancel the runs of earlier versions, with an entry in the audit log. Runs that have been refused before
 * are looked at again.
 *
 * @throws {@link TenonError} `VERSION_NOT_FOUND` for the version of a test run, `ROLLOUT_ACTIVE`, `ROLLOUT_CLOSED` for a
 * version that was rolled back, `WORKFLOW_NOT_FOUND` if the workflow was deleted meanwhile.
 */
export async function startRollout(
  { database, bus, now }: ChangeDeps,
  identity: Identity,
  { workflow_id: workflowId, version, number }: VersionRow,
  runs: Exclude<RolloutRuns, 'finish'>,
): Promise<VersionRolloutRow> {
  if (number === null) throw new TenonError('VERSION_NOT_FOUND', 'No version has this id')
  const { tenantId } = identity
  const ref = { tenantId, workflowId, version }
  const started = await database.withTenant(tenantId, async (tx) => {
    // As a publication does: a version without a rollout has no row to lock, and of two requests at once one would be lost.
    const workflow = await lockWorkflow(tx, tenantId, workflowId)
    if (workflow === null || workflow.deleted_at !== null) {
      throw new TenonError('WORKFLOW_NOT_FOUND', 'No workflow has this id')
    }
    const before = await lockRollout(tx, ref)
    if (before?.status === 'in_progress' && before.runs === runs) return before
    if (before?.status === 'in_progress' || before?.status === 'canary') {
      throw new TenonError('ROLLOUT_ACTIVE', 'The version is being rolled out')
    }
    if (before?.status === 'rolled_back') throw new TenonError('ROLLOUT_CLOSED', 'The version was rolled back')
    const { percent, max_failure_percent, min_runs, promote_after } = before ?? NO_CANARY
    await putRollout(tx, {
      ...newRollout(identity, { workflowId, number, former: before?.former_version ?? null }),
      ...{ status: 'in_progress', runs, percent, max_failure_percent, min_runs, promote_after },
    })
    const details = { version, runs }
    await insertAudit(tx, { identity, action: 'rollout.start', resource: workflowId, at: now(), details })
    return findRollout(tx, ref)
  })
  publishChange(bus, tenantId, { kind: 'version', id: version, workflowId })
  return started as VersionRolloutRow
}

const NO_CANARY = { percent: null, max_failure_percent: 10, min_runs: 20, promote_after: null } as const
