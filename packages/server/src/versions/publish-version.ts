import type { Identity } from '@tenon/core/api'
import { nodeTypeKey, type WorkflowDocument, type WorkflowId } from '@tenon/core/document'
import { type ProblemIssue, TenonError } from '@tenon/core/errors'
import { publishChange } from '@tenon/runtime'
import type { ServerContext } from '../context.ts'
import { checkDataTables } from '../data-tables/check-data-tables.ts'
import type { DraftState } from '../drafts/read-draft-state.ts'
import { readSealedDraft } from '../drafts/read-sealed-draft.ts'
import { sweepSecrets } from '../drafts/sweep-secrets.ts'
import { nodesAndTools } from '../enabled-nodes.ts'
import { takeValidation } from '../limits/tenant-limits.ts'
import { reasonOf } from '../log/reason-of.ts'
import { checkApprovers } from '../members/check-approvers.ts'
import { publishRollout, type RolloutChoice } from '../rollouts/publish-rollout.ts'
import { keepSecrets } from '../secrets/keep-secrets.ts'
import { MAX_ISSUES, serverIssue } from '../server-issue.ts'
import { insertAudit } from '../tables/audit-repository.ts'
import type { VersionRow } from '../tables/server-tables.ts'
import { insertVersion } from '../tables/version-repository.ts'
import { findWorkflow, lockWorkflow, updateWorkflowRow } from '../tables/workflow-repository.ts'
import { checkTool } from '../tools/check-tool.ts'
import { putVersionTriggers, unsignedWebhooks } from '../triggers/put-version-triggers.ts'
import { checkConnections } from '../vault/check-connections.ts'
import { checkTaskQueues } from './check-task-queues.ts'
import { freezeDraft } from './freeze-draft.ts'
import { keepPlans } from './keep-plans.ts'
import { type PreparedVersion, prepareVersion } from './prepare-version.ts'

export interface Publication {
  readonly identity: Identity
  readonly workflowId: WorkflowId
  readonly notes: string
  readonly rollout: RolloutChoice
}

/** Each attempt but the last fails only because another process has published the same workflow. */
const MAX_ATTEMPTS = 4
const RETRY_MS = 1_000

/**
 * Publishes the draft as it was when the request read it, after every check of it outside of transactions. Edits that
 * arrive meanwhile stay in the draft and do not delay the publication. Publications of one workflow wait for each other
 * in a process. If another process publishes it meanwhile, the draft is read and checked again, so that a later version
 * never holds an earlier draft.
 *
 * @returns The new version.
 * @throws {@link TenonError} `WORKFLOW_INVALID`, `REQUEST_INVALID` for a canary of the first version, `WORKFLOW_NOT_FOUND` if the workflow was deleted meanwhile,
 * `RATE_LIMITED` for too much validation, or if another process published it during each attempt.
 */
export async function publishVersion(server: ServerContext, publication: Publication): Promise<VersionRow> {
  const { identity, workflowId } = publication
  const { tenantId } = identity
  return server.limits.publications.run(`${tenantId}/${workflowId}`, async () => {
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
      // Before the draft, so that no later version can hold an earlier draft.
      const latest = await readLatest(server, publication)
      const draft = await readSealedDraft(server, { tenantId, workflowId }, identity)
      await takeValidation(server.limits, tenantId, draft.document)
      const prepared = await prepareVersion(server, { tenantId, workflowId }, draft)
      await checkTaskQueues(server, draft.document)
      await checkNodeTypes(server, draft.document)
      await checkApprovers(server, tenantId, draft.document)
      await checkConnections(server, identity, workflowId, draft.document)
      await checkDataTables(server, tenantId, draft.document)
      await checkTool(server, { tenantId, workflowId, document: draft.document, prepared })
      await keepPlans(server, tenantId, prepared.workflows)
      const version = await storeVersion(server, publication, { draft, prepared, latest })
      if (version === null) continue
      publishChange(server.bus, tenantId, { kind: 'version', id: version.version, workflowId })
      if (publication.rollout.runs !== undefined || publication.rollout.canary !== undefined) server.rollouts.wake()
      await sweepAfter(server, publication)
      return version
    }
    throw new TenonError('RATE_LIMITED', 'Other publications of this workflow came first in each attempt', {
      remedy: 'Check the latest version, then publish again if your changes are not in it.',
      details: { retryAfterMs: RETRY_MS },
    })
  })
}

/** The version is published whether or not the secrets that it has replaced can be deleted now. */
async function sweepAfter(server: ServerContext, { identity: { tenantId }, workflowId }: Publication): Promise<void> {
  const ref = { tenantId, workflowId }
  await server.database
    .withTenant(tenantId, (tx) => sweepSecrets(tx, ref, server.now()))
    .catch((error: unknown) => {
      server.log('warn', 'secrets.sweep_failed: retrying at the next publication', {
        workflowId,
        reason: reasonOf(error),
      })
    })
}

async function readLatest(
  { database }: ServerContext,
  { identity: { tenantId }, workflowId }: Publication,
): Promise<number | null> {
  const workflow = await database.withTenant(tenantId, (tx) => findWorkflow(tx, tenantId, workflowId))
  return workflow?.latest_version ?? null
}

interface CheckedDraft {
  readonly draft: DraftState
  readonly prepared: PreparedVersion
  /** Number of the latest version, read before the draft. */
  readonly latest: number | null
}

/** Stores a version. @returns Null, with nothing stored, if another one was published since `latest` was read. */
async function storeVersion(
  server: ServerContext,
  { identity, workflowId, notes, rollout }: Publication,
  { draft, prepared, latest }: CheckedDraft,
): Promise<VersionRow | null> {
  const { tenantId } = identity
  return server.database.withTenant(tenantId, async (tx) => {
    const workflow = await lockWorkflow(tx, tenantId, workflowId)
    if (workflow === null || workflow.deleted_at !== null) {
      throw new TenonError('WORKFLOW_NOT_FOUND', 'No workflow has this id')
    }
    if (workflow.latest_version !== latest) return null
    await keepSecrets(server, tx, { tenantId, workflowId }, draft.document)
    const number = (latest ?? 0) + 1
    const version = freezeDraft(server, { workflowId, identity, prepared, number, notes })
    const at = version.published_at
    await insertVersion(tx, version)
    const set = { latest_version: number, latest_behavior_hash: version.behavior_hash, updated_at: at }
    await updateWorkflowRow(tx, tenantId, workflowId, set)
    await publishRollout(tx, { identity, workflowId, number, latest }, rollout)
    // Those of a canary come when it is promoted.
    if (rollout.canary === undefined) await putVersionTriggers(server, tx, { tenantId, workflowId }, version)
    const { runs, canary } = rollout
    const details = {
      version: version.version,
      ...(runs === undefined ? {} : { runs }),
      ...(canary === undefined ? {} : { percent: canary.percent }),
    }
    await insertAudit(tx, { identity, action: 'version.publish', resource: workflowId, at, details })
    // Anyone who knows the address may start runs: the log says who has allowed it.
    for (const nodeId of unsignedWebhooks(server.registry.manifest, draft.document)) {
      const details = { version: version.version, nodeId }
      await insertAudit(tx, { identity, action: 'trigger.allow_unsigned', resource: workflowId, at, details })
    }
    return version
  })
}

/**
 * Refuses a workflow with nodes of types that no running worker has, unless the host allows it: a run of it would wait for
 * such a worker. Call it outside of transactions.
 *
 * @throws {@link TenonError} `WORKFLOW_INVALID` with an issue for each such node.
 */
async function checkNodeTypes(
  { engine, registry, requiresWorkers }: Pick<ServerContext, 'engine' | 'registry' | 'requiresWorkers'>,
  document: Pick<WorkflowDocument, 'nodes'>,
): Promise<void> {
  if (!requiresWorkers) return
  const nodes = nodesAndTools(registry, document)
  const keyOf = ({ node }: (typeof nodes)[number]) => nodeTypeKey(node.type, node.typeVersion)
  const missing = new Set(await engine.missingTypes([...new Set(nodes.map(keyOf))]))
  const issues: readonly ProblemIssue[] = nodes
    .filter((each) => missing.has(keyOf(each)))
    .map(({ node: { id, type, typeVersion }, name }) => {
      const message = `${name}: no running worker has version ${typeVersion} of the node type "${type}"`
      return serverIssue('NODE_TYPE_UNSERVED', ['nodes', id, 'type'], message, { type, version: String(typeVersion) })
    })
  const [first] = issues
  if (first === undefined) return
  throw new TenonError('WORKFLOW_INVALID', first.message, {
    remedy:
      'Start a worker with this node type, or set requireWorkers to false on the server: its runs then wait for one.',
    details: { issues: issues.slice(0, MAX_ISSUES) },
  })
}
