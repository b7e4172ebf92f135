import type { Identity, TryDraft } from '@tenon/core/api'
import type { WorkflowId } from '@tenon/core/document'
import { newRunId, type StartedRunRow } from '@tenon/runtime'
import type { ServerContext } from '../context.ts'
import { readSealedDraft } from '../drafts/read-sealed-draft.ts'
import { takeValidation } from '../limits/tenant-limits.ts'
import { checkApprovers } from '../members/check-approvers.ts'
import { actorOf, checkBeginning } from '../runs/start-run.ts'
import { keepSecrets } from '../secrets/keep-secrets.ts'
import { insertVersion } from '../tables/version-repository.ts'
import { checkConnections } from '../vault/check-connections.ts'
import { checkTaskQueues } from './check-task-queues.ts'
import { freezeDraft } from './freeze-draft.ts'
import { keepPlans } from './keep-plans.ts'
import { prepareVersion } from './prepare-version.ts'

/**
 * Starts a test run of the draft as it is now, for a person.
 *
 * @throws {@link TenonError} `WORKFLOW_INVALID`, `RUN_INPUT_INVALID`, `REFERENCE_NOT_FOUND` for an unknown trigger,
 * `RATE_LIMITED` for too much validation, `PAYLOAD_LIMIT_REACHED`, `WAIT_LIMIT_REACHED`.
 */
export async function tryDraft(
  server: ServerContext,
  identity: Identity,
  workflowId: WorkflowId,
  { trigger, input }: TryDraft,
): Promise<StartedRunRow> {
  const { tenantId } = identity
  const ref = { tenantId, workflowId }
  await server.dataUsage.checkRoom(tenantId)
  const draft = await readSealedDraft(server, ref, identity)
  await takeValidation(server.limits, tenantId, draft.document)
  await checkTaskQueues(server, draft.document)
  await checkApprovers(server, tenantId, draft.document)
  await checkConnections(server, identity, workflowId, draft.document)
  const prepared = await prepareVersion(server, ref, draft)
  const version = freezeDraft(server, { workflowId, identity, prepared, number: null, notes: '' })
  const actor = actorOf(identity)
  const request = checkBeginning({ tenantId, actor, version, trigger, input, runId: newRunId() })
  await keepPlans(server, tenantId, prepared.workflows)
  // A version of kind `test` is kept as long as the workflow is: the run that it is for shows its document.
  await server.database.withTenant(tenantId, async (tx) => {
    await keepSecrets(server, tx, ref, draft.document)
    await insertVersion(tx, version)
  })
  return server.engine.start(request)
}
