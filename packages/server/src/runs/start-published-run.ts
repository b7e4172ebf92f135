import type { Identity, StartedRun, StartRun } from '@tenon/core/api'
import { canonicalText, type Json, type RunId, sha256Hex } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import { newRunId } from '@tenon/runtime'
import type { ServerContext } from '../context.ts'
import { claimKey, keepAnswer } from '../tables/idempotency-repository.ts'
import type { VersionRow, WorkflowRow } from '../tables/server-tables.ts'
import { findVersion } from '../tables/version-repository.ts'
import { beginRun } from './begin-run.ts'
import { presentStartedRun } from './present-run.ts'

export interface StartRequest {
  readonly identity: Identity
  readonly workflow: WorkflowRow
  readonly body: StartRun
  readonly idempotencyKey: string | null
}

const KEY_PATTERN = /^[\x21-\x7e]{1,200}$/
const ROUTE = 'startRun'

/**
 * Starts a run of a published version. With an idempotency key the run's id is chosen and stored before the run is
 * started, so that a request repeated after a crash in between finds the same run.
 *
 * @throws {@link TenonError} `WORKFLOW_NOT_PUBLISHED`, `REFERENCE_NOT_FOUND`, `RUN_INPUT_INVALID`,
 * `IDEMPOTENCY_KEY_REUSED`.
 */
export async function startPublishedRun(server: ServerContext, request: StartRequest): Promise<StartedRun> {
  const { identity, workflow, body, idempotencyKey } = request
  const { tenantId } = identity
  const begin = async (runId: RunId): Promise<StartedRun> => {
    const version = await versionToRun(server, workflow, body.version)
    const { trigger, input } = body
    return presentStartedRun(await beginRun(server, { identity, version, trigger, input, runId }))
  }
  if (idempotencyKey === null) return begin(newRunId())
  checkKey(idempotencyKey)
  const claimed = { tenant_id: tenantId, route: ROUTE, key: idempotencyKey }
  const requestHash = sha256Hex(canonicalText({ workflowId: workflow.workflow_id, body: body as Json }))
  const claim = await server.database.withTenant(tenantId, (tx) =>
    claimKey(tx, {
      ...claimed,
      request_hash: requestHash,
      resource_id: newRunId(),
      created_at: server.now(),
    }),
  )
  if (claim.request_hash !== requestHash) {
    throw new TenonError('IDEMPOTENCY_KEY_REUSED', 'The Idempotency-Key was used with another request')
  }
  if (claim.answer !== null) return JSON.parse(claim.answer) as StartedRun
  const started = await begin(claim.resource_id)
  const answer = await server.database.withTenant(tenantId, (tx) => keepAnswer(tx, claimed, JSON.stringify(started)))
  return JSON.parse(answer) as StartedRun
}

async function versionToRun(
  server: ServerContext,
  workflow: WorkflowRow,
  asked: string | undefined,
): Promise<VersionRow> {
  const version = asked ?? (workflow.latest_version === null ? null : String(workflow.latest_version))
  if (version === null) throw new TenonError('WORKFLOW_NOT_PUBLISHED', 'The workflow has no published version')
  const { tenant_id: tenantId, workflow_id: workflowId } = workflow
  const row = await server.database.withTenant(tenantId, (tx) => findVersion(tx, tenantId, workflowId, version))
  // A tried draft has test runs only.
  if (row !== null && row.number !== null) return row
  throw new TenonError('REFERENCE_NOT_FOUND', 'The workflow has no version with this number', {
    details: { issues: [{ path: ['version'], code: 'not_found', message: 'No published version has this number' }] },
  })
}

function checkKey(key: string): void {
  if (KEY_PATTERN.test(key)) return
  throw new TenonError('REQUEST_INVALID', 'The Idempotency-Key must be 1 to 200 printable ASCII characters', {
    details: { in: 'header', issues: [{ path: ['Idempotency-Key'], code: 'invalid_format', message: 'Not a key' }] },
  })
}
