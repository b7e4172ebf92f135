import type { Identity, TryDraft } from '@tenon/core/api'
import { type RunId, sha256Hex, type WorkflowId } from '@tenon/core/document'
import { startsByHand } from '@tenon/core/node'
import { newRunId, type StartedRunRow } from '@tenon/runtime'
import type { ServerContext } from '../context.ts'
import { checkDataTables } from '../data-tables/check-data-tables.ts'
import { readSealedDraft } from '../drafts/read-sealed-draft.ts'
import { holdInputFiles } from '../files/hold-input-files.ts'
import { takeValidation } from '../limits/tenant-limits.ts'
import { checkApprovers } from '../members/check-approvers.ts'
import { actorOf, checkBeginning } from '../runs/start-run.ts'
import { keepSecrets } from '../secrets/keep-secrets.ts'
import { insertSharedVersion, insertVersion } from '../tables/version-repository.ts'
import { triggerKindOf } from '../triggers/put-version-triggers.ts'
import { checkConnections } from '../vault/check-connections.ts'
import { checkTaskQueues } from './check-task-queues.ts'
import { freezeDraft } from './freeze-draft.ts'
import { keepPlans } from './keep-plans.ts'
import { type PreparedVersion, prepareVersion } from './prepare-version.ts'

/** A test run that a message starts, and no person. */
export interface TestMessage {
  /** Id of the run; a run that has it is returned as it is. */
  readonly runId: RunId
}

/**
 * Starts a test run of the draft as it is now, for a person. With `message` the run acts for no person, as the runs of the
 * published webhook do: other people edit the draft and know its test address. All of them that find the draft the same
 * share one version.
 *
 * @throws {@link TenonError} `WORKFLOW_INVALID`, `RUN_INPUT_INVALID`, `REFERENCE_NOT_FOUND` for an unknown trigger,
 * `RATE_LIMITED` for too much validation, `PAYLOAD_LIMIT_REACHED`, `WAIT_LIMIT_REACHED`.
 */
export async function tryDraft(
  server: ServerContext,
  identity: Identity,
  workflowId: WorkflowId,
  { trigger, input }: TryDraft,
  message: TestMessage | null = null,
): Promise<StartedRunRow> {
  const { tenantId } = identity
  const ref = { tenantId, workflowId }
  await server.dataUsage.checkRoom(tenantId)
  await holdInputFiles(server, tenantId, input)
  const draft = await readSealedDraft(server, ref, identity)
  await takeValidation(server.limits, tenantId, draft.document)
  await checkTaskQueues(server, draft.document)
  await checkApprovers(server, tenantId, draft.document)
  const actor = message === null ? actorOf(identity) : null
  await checkConnections(server, { tenantId, userId: actor?.userId ?? null }, workflowId, draft.document)
  await checkDataTables(server, tenantId, draft.document)
  const prepared = await prepareVersion(server, ref, draft)
  const frozen = freezeDraft(server, { workflowId, identity, prepared, number: null, notes: '' })
  const version = message === null ? frozen : { ...frozen, version: sharedName(prepared) }
  const runId = message?.runId ?? newRunId()
  // A person may try a webhook with a message of their own, if they name it.
  const named = draft.document.nodes.find(({ id }) => id === trigger)
  const kind = named === undefined ? null : triggerKindOf(server.registry.manifest, named)
  const isByHand = message === null && (kind === null || startsByHand(kind))
  const request = checkBeginning({
    ...{ tenantId, actor, version, trigger, input, runId },
    ...(isByHand ? { byHandAt: server.now() } : {}),
  })
  await keepPlans(server, tenantId, prepared.workflows)
  // A version of kind `test` is kept as long as a run of it: the run shows its document.
  await server.database.withTenant(tenantId, async (tx) => {
    await keepSecrets(server, tx, ref, draft.document)
    await (message === null ? insertVersion(tx, version) : insertSharedVersion(tx, version))
  })
  return server.engine.start(request)
}

/** Names a version by all of its content. */
function sharedName({ document, plan, lockfile }: PreparedVersion): string {
  return `test:${sha256Hex(JSON.stringify([document, plan, lockfile])).slice(0, 40)}`
}
