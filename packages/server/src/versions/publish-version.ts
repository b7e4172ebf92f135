import type { Identity } from '@tenon/core/api'
import { TenonError } from '@tenon/core/errors'
import { publishChange } from '@tenon/runtime'
import type { ServerContext } from '../context.ts'
import type { DraftState } from '../drafts/read-draft-state.ts'
import { readSealedDraft } from '../drafts/read-sealed-draft.ts'
import { takeValidation } from '../limits/tenant-limits.ts'
import { checkSecretsKnown } from '../secrets/check-secrets-known.ts'
import { insertAudit } from '../tables/audit-repository.ts'
import type { VersionRow, WorkflowRow } from '../tables/server-tables.ts'
import { insertVersion } from '../tables/version-repository.ts'
import { lockWorkflow, updateWorkflowRow } from '../tables/workflow-repository.ts'
import { checkTaskQueues } from './check-task-queues.ts'
import { freezeDraft } from './freeze-draft.ts'
import { type PreparedVersion, prepareVersion } from './prepare-version.ts'

export interface Publication {
  readonly identity: Identity
  /** The workflow as it was read before its draft. */
  readonly workflow: WorkflowRow
  readonly notes: string
}

/** Publications of the same workflow by others that one request makes up for. */
const MAX_ATTEMPTS = 4
const RETRY_MS = 1_000

/**
 * Publishes the draft as it was when the request read it, after every check of it outside of transactions. Edits that
 * arrive meanwhile stay in the draft and do not delay the publication. If another version is published meanwhile, the
 * draft is read and checked again, so that a later version never holds an earlier draft.
 *
 * @returns The new version.
 * @throws {@link TenonError} `WORKFLOW_INVALID`, `WORKFLOW_NOT_FOUND` if the workflow was deleted meanwhile,
 * `RATE_LIMITED` for too much validation, or if others published it during each attempt.
 */
export async function publishVersion(server: ServerContext, publication: Publication): Promise<VersionRow> {
  const { identity, workflow } = publication
  const { tenantId } = identity
  const workflowId = workflow.workflow_id
  let latest = workflow.latest_version
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
    const draft = await readSealedDraft(server, { tenantId, workflowId }, identity)
    await takeValidation(server.limits, tenantId, draft.document)
    const prepared = await prepareVersion(server, draft)
    await checkTaskQueues(server, draft.document)
    const stored = await storeVersion(server, publication, { draft, prepared, latest })
    if ('version' in stored) {
      const { version } = stored
      publishChange(server.bus, tenantId, { kind: 'version', id: version.version, workflowId })
      return version
    }
    latest = stored.latest
  }
  throw new TenonError('RATE_LIMITED', 'The workflow was published by others during each attempt', {
    remedy: 'Check the latest version, then publish again if your changes are not in it.',
    details: { retryAfterMs: RETRY_MS },
  })
}

interface CheckedDraft {
  readonly draft: DraftState
  readonly prepared: PreparedVersion
  /** Number of the latest version, read before the draft. */
  readonly latest: number | null
}

/** Stores a version, unless another one was published since `latest` was read. */
async function storeVersion(
  server: ServerContext,
  { identity, workflow: { workflow_id: workflowId }, notes }: Publication,
  { draft, prepared, latest }: CheckedDraft,
): Promise<{ readonly version: VersionRow } | { readonly latest: number | null }> {
  const { tenantId } = identity
  return server.database.withTenant(tenantId, async (tx) => {
    const workflow = await lockWorkflow(tx, tenantId, workflowId)
    if (workflow === null || workflow.deleted_at !== null) {
      throw new TenonError('WORKFLOW_NOT_FOUND', 'No workflow has this id')
    }
    if (workflow.latest_version !== latest) return { latest: workflow.latest_version }
    await checkSecretsKnown(server, tx, { tenantId, workflowId }, draft.document)
    const number = (latest ?? 0) + 1
    const version = freezeDraft(server, { workflowId, identity, prepared, number, notes })
    const at = version.published_at
    await insertVersion(tx, version)
    const set = { latest_version: number, latest_plan_hash: version.plan_hash, updated_at: at }
    await updateWorkflowRow(tx, tenantId, workflowId, set)
    const details = { version: version.version }
    await insertAudit(tx, { identity, action: 'version.publish', resource: workflowId, at, details })
    return { version }
  })
}
