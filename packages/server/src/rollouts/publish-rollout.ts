import type { Identity, PublishVersion } from '@tenon/core/api'
import type { WorkflowId } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import { databaseNow } from '@tenon/runtime/postgres'
import { dropSweep, lockRollout, putRollout, type RolloutToPut, updateRollout } from '../tables/rollout-repository.ts'
import type { ServerTx } from '../tables/server-tables.ts'
import { findStableVersion } from '../tables/version-repository.ts'

/** Choices of a person who publishes a version. */
export type RolloutChoice = Pick<PublishVersion, 'runs' | 'canary'>

/** A version that is being published. */
interface PublishedVersion {
  readonly identity: Identity
  readonly workflowId: WorkflowId
  readonly number: number
  /** Number of the version before; `null` for the first one. */
  readonly latest: number | null
}

/**
 * Stores the rollout of a version in the transaction that publishes it, which holds the workflow. A canary of the version
 * before ends: the new version replaces it, with the same former version.
 *
 * @throws {@link TenonError} `REQUEST_INVALID` for a canary of the first version.
 */
export async function publishRollout(
  tx: ServerTx,
  { identity, workflowId, number, latest }: PublishedVersion,
  { runs = 'finish', canary }: RolloutChoice,
): Promise<void> {
  const { tenantId } = identity
  const former = await findStableVersion(tx, tenantId, workflowId, latest)
  if (canary !== undefined && former === null) throw noFormerVersion()
  if (latest !== null) await replaceCanary(tx, { tenantId, workflowId, version: String(latest) })
  if (canary === undefined && runs === 'finish') return
  await putRollout(tx, {
    ...newRollout(identity, { workflowId, number, former }),
    status: canary === undefined ? 'in_progress' : 'canary',
    runs,
    percent: canary?.percent ?? null,
    max_failure_percent: canary?.maxFailurePercent ?? 10,
    min_runs: canary?.minRuns ?? 20,
    promote_after: canary?.promoteAfter ?? null,
  })
}

/** Returns the fields of a rollout that begins, of a person. */
export function newRollout(
  { tenantId, userId, displayName, role }: Identity,
  version: { readonly workflowId: WorkflowId; readonly number: number; readonly former: string | null },
): Omit<RolloutToPut, 'status' | 'runs' | 'percent' | 'max_failure_percent' | 'min_runs' | 'promote_after'> {
  const { workflowId, number, former } = version
  return {
    ...{ tenant_id: tenantId, workflow_id: workflowId, version: String(number), number, former_version: former },
    ...{ moved: 0, canceled: 0, ended: 0, ended_at: null, ender_id: null, ender_name: null },
    ...{ starter_id: userId, starter_name: displayName, starter_role: role },
  }
}

async function replaceCanary(tx: ServerTx, ref: Parameters<typeof lockRollout>[1]): Promise<void> {
  const before = await lockRollout(tx, ref)
  if (before?.status !== 'canary') return
  await updateRollout(tx, ref, { status: 'replaced', ended_at: databaseNow })
  await dropSweep(tx, ref)
}

function noFormerVersion(): TenonError {
  const message = 'The first version of a workflow cannot be a canary'
  return new TenonError('REQUEST_INVALID', message, {
    remedy: 'Publish it without canary.',
    details: { issues: [{ path: ['canary'], code: 'not_allowed', message }] },
  })
}
