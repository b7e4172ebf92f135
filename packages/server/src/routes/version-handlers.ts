import { ROUTES } from '@tenon/core/api'
import { TenonError } from '@tenon/core/errors'
import { publishChange } from '@tenon/runtime'
import { readDraftState } from '../drafts/read-draft-state.ts'
import { readSealedDraft } from '../drafts/read-sealed-draft.ts'
import { decodeCursor, pageOf } from '../http/cursor.ts'
import { implementRoute, type RouteImplementation } from '../http/route-handler.ts'
import { takeValidation } from '../limits/tenant-limits.ts'
import { checkSecretsKnown } from '../secrets/check-secrets-known.ts'
import { presentDocument } from '../secrets/present-document.ts'
import { insertAudit } from '../tables/audit-repository.ts'
import { insertVersion, listVersionRows } from '../tables/version-repository.ts'
import { lockWorkflow, updateWorkflowRow } from '../tables/workflow-repository.ts'
import { checkTaskQueues } from '../versions/check-task-queues.ts'
import { freezeDraft } from '../versions/freeze-draft.ts'
import { prepareVersion } from '../versions/prepare-version.ts'
import { presentVersion } from '../versions/present-version.ts'

const DEFAULT_PAGE = 50
/** The largest number that the database can compare the number of a version with. */
const MAX_NUMBER = 2_147_483_647

export const versionHandlers: readonly RouteImplementation[] = [
  implementRoute(ROUTES.publishVersion, async ({ server, identity, resource, body }) => {
    const { tenantId } = identity
    const workflowId = resource.workflow_id
    const place = { tenantId, workflowId }
    const draft = await readSealedDraft(server, place, identity)
    await takeValidation(server.limits, tenantId, draft.document)
    const checked = await prepareVersion(server, draft)
    await checkTaskQueues(server, draft.document)
    const version = await server.database.withTenant(tenantId, async (tx) => {
      // The draft before the workflow, as changes of the draft lock them, so that the two never wait for each other.
      const state = await readDraftState(tx, place)
      await checkSecretsKnown(server, tx, place, state.document)
      // The draft may have changed meanwhile: what is published is what it holds now.
      const prepared = state.seq === checked.seq ? checked : await prepareVersion(server, state)
      const workflow = await lockWorkflow(tx, tenantId, workflowId)
      if (workflow === null) throw new TenonError('WORKFLOW_NOT_FOUND', 'No workflow has this id')
      const number = (workflow.latest_version ?? 0) + 1
      const row = freezeDraft(server, { workflowId, identity, prepared, number, notes: body.notes ?? '' })
      const at = row.published_at
      await insertVersion(tx, row)
      const set = { latest_version: number, latest_plan_hash: row.plan_hash, updated_at: at }
      await updateWorkflowRow(tx, tenantId, workflowId, set)
      const details = { version: row.version }
      await insertAudit(tx, { identity, action: 'version.publish', resource: workflowId, at, details })
      return row
    })
    publishChange(server.bus, tenantId, { kind: 'version', id: version.version, workflowId })
    return {
      status: 201,
      json: presentVersion(version),
      headers: { location: `${server.apiUrl}/workflows/${workflowId}/versions/${version.version}` },
    }
  }),

  implementRoute(ROUTES.listVersions, async ({ server, identity, resource, query }) => {
    const { tenantId } = identity
    const limit = query.limit ?? DEFAULT_PAGE
    const below = decodeCursor(query.cursor)?.at
    const page = { below: below === undefined ? null : Math.min(below, MAX_NUMBER), limit }
    const rows = await server.database.withTenant(tenantId, (tx) =>
      listVersionRows(tx, tenantId, resource.workflow_id, page),
    )
    return {
      status: 200,
      json: pageOf(rows, limit, presentVersion, (row) => ({ at: row.number ?? 0, id: row.version })),
    }
  }),

  implementRoute(ROUTES.getVersion, async ({ server, identity, resource }) => ({
    status: 200,
    json: { ...presentVersion(resource), document: presentDocument(server, identity, JSON.parse(resource.document)) },
    // A version never changes, but what a reader sees of it depends on the role: another user of the same browser asks anew.
    headers: { 'cache-control': 'private, no-cache' },
  })),
]
