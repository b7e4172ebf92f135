import { ROUTES } from '@tenon/core/api'
import { parseDocument, parseOperations } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import { syncDraft } from '../collab/sync-draft.ts'
import { changeDraft, type DraftChange } from '../drafts/change-draft.ts'
import { type DraftState, etagOf, toDraft } from '../drafts/read-draft-state.ts'
import { readSealedDraft } from '../drafts/read-sealed-draft.ts'
import { setSecret } from '../drafts/set-secret.ts'
import { implementRoute, type RouteAnswer, type RouteImplementation } from '../http/route-handler.ts'
import { takeCallChecks } from '../limits/tenant-limits.ts'
import { presentStartedRun } from '../runs/present-run.ts'
import { presentDraft } from '../secrets/present-document.ts'
import { MAX_ISSUES } from '../server-issue.ts'
import { checkCalls } from '../versions/pin-workflows.ts'
import { tryDraft } from '../versions/try-draft.ts'

export const draftHandlers: readonly RouteImplementation[] = [
  implementRoute(ROUTES.getDraft, async ({ server, identity, resource }) => {
    const ref = { tenantId: identity.tenantId, workflowId: resource.workflow_id }
    return draftAnswer(presentDraft(server, identity, await readSealedDraft(server, ref, identity)))
  }),

  implementRoute(ROUTES.setSecret, async ({ server, identity, resource, body }) => {
    const ref = { tenantId: identity.tenantId, workflowId: resource.workflow_id }
    return { status: 201, json: await setSecret(server, ref, identity, body) }
  }),

  implementRoute(ROUTES.checkSubWorkflows, async ({ server, identity, resource, body }) => {
    const ref = { tenantId: identity.tenantId, workflowId: resource.workflow_id }
    await takeCallChecks(server.limits, identity.tenantId, body)
    const { issues } = await checkCalls(server, ref, body)
    return { status: 200, json: { issues: issues.slice(0, MAX_ISSUES) } }
  }),

  implementRoute(ROUTES.patchDraft, async ({ server, identity, resource, body }) => {
    const ref = { tenantId: identity.tenantId, workflowId: resource.workflow_id }
    const operations = parseOperations(body.operations)
    return draftAnswer(await changeDraft(server, ref, identity, { operations }))
  }),

  implementRoute(ROUTES.putDraft, async ({ server, identity, resource, body, headers }) => {
    const ref = { tenantId: identity.tenantId, workflowId: resource.workflow_id }
    const etag = headers.get('if-match')
    const document = parseDocument(body.document)
    if (etag === null) throw new TenonError('PRECONDITION_REQUIRED', 'The request has no If-Match header')
    const change: DraftChange = { document, etag }
    return draftAnswer(await changeDraft(server, ref, identity, change))
  }),

  implementRoute(ROUTES.syncDraft, async ({ server, identity, resource, body }) => {
    const ref = { tenantId: identity.tenantId, workflowId: resource.workflow_id }
    return { status: 200, json: await syncDraft(server, ref, identity, body) }
  }),

  implementRoute(ROUTES.tryDraft, async ({ server, identity, resource, body }) => {
    const row = await tryDraft(server, identity, resource.workflow_id, body)
    return { status: 201, json: presentStartedRun(row), headers: { location: `${server.apiUrl}/runs/${row.runId}` } }
  }),
]

function draftAnswer(state: DraftState): RouteAnswer {
  return { status: 200, json: toDraft(state), headers: { etag: etagOf(state.seq), 'cache-control': 'no-cache' } }
}
