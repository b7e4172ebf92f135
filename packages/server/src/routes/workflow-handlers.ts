import { type PausedWorkflow, type PauseWorkflow, ROUTES } from '@tenon/core/api'
import { EMPTY_DOCUMENT, parseDocument, type WorkflowDocument } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import { publishChange } from '@tenon/runtime'
import { draftTopic } from '../drafts/draft-topic.ts'
import { seedDraft } from '../drafts/seed-draft.ts'
import { decodeCursor, pageOf } from '../http/cursor.ts'
import type { RouteCall } from '../http/route-handler.ts'
import { implementRoute, type RouteImplementation } from '../http/route-handler.ts'
import { sealNewDocument } from '../secrets/sealing.ts'
import { type AuditAction, auditHook, insertAudit } from '../tables/audit-repository.ts'
import { insertSecrets } from '../tables/secret-repository.ts'
import type { WorkflowRow } from '../tables/server-tables.ts'
import {
  insertWorkflow,
  listWorkflowRows,
  lockWorkflow,
  reserveWorkflow,
  updateWorkflowRow,
} from '../tables/workflow-repository.ts'
import { dropTriggers, putStableTriggers } from '../triggers/put-version-triggers.ts'
import { pauseRuns } from '../workflows/pause-runs.ts'
import { presentWorkflow, presentWorkflows } from '../workflows/present-workflows.ts'

const DEFAULT_PAGE = 50

/** Document of a new workflow by default: a start node that accepts any input. */
const NEW_DOCUMENT: WorkflowDocument = {
  ...EMPTY_DOCUMENT,
  nodes: [{ id: 'start', type: 'start', typeVersion: 1, name: 'Start', params: {}, position: { x: 0, y: 0 } }],
}

export const workflowHandlers: readonly RouteImplementation[] = [
  implementRoute(ROUTES.listWorkflows, async ({ server, identity, query }) => {
    const { tenantId } = identity
    const limit = query.limit ?? DEFAULT_PAGE
    const page = { deleted: query.deleted === 'true', limit, after: decodeCursor(query.cursor) }
    const rows = await server.database.withTenant(tenantId, (tx) => listWorkflowRows(tx, tenantId, page))
    const { items, nextCursor } = pageOf(
      rows,
      limit,
      (row) => row,
      (row) => ({ at: row.updated_at, id: row.workflow_id }),
    )
    return { status: 200, json: { items: await presentWorkflows(server, tenantId, items), nextCursor } }
  }),

  implementRoute(ROUTES.createWorkflow, async ({ server, identity, body }) => {
    const { tenantId } = identity
    const document = body.document === undefined ? NEW_DOCUMENT : parseDocument(body.document)
    const workflowId = crypto.randomUUID()
    const at = server.now()
    const row: WorkflowRow = {
      tenant_id: tenantId,
      workflow_id: workflowId,
      name: body.name,
      description: body.description ?? '',
      latest_version: null,
      latest_behavior_hash: null,
      created_at: at,
      updated_at: at,
      deleted_at: null,
    }
    const ref = { tenantId, workflowId }
    const sealed = await sealNewDocument(server, document, ref, identity)
    await server.database.withTenant(tenantId, async (tx) => {
      await reserveWorkflow(tx, tenantId, server.limits.workflowsPerTenant)
      await insertWorkflow(tx, row)
      await insertSecrets(tx, sealed.rows, server.limits.secretsPerTenant)
      await seedDraft(tx, ref, { document: sealed.document, textFields: server.textFields, at })
      await insertAudit(tx, { identity, action: 'workflow.create', resource: workflowId, at })
    })
    publishChange(server.bus, tenantId, { kind: 'workflow', id: workflowId, workflowId })
    return {
      status: 201,
      json: await presentWorkflow(server, row),
      headers: { location: `${server.apiUrl}/workflows/${workflowId}` },
    }
  }),

  implementRoute(ROUTES.getWorkflow, async ({ server, resource }) => ({
    status: 200,
    json: await presentWorkflow(server, resource),
  })),

  implementRoute(ROUTES.updateWorkflow, async (call) => ({
    status: 200,
    json: await presentWorkflow(call.server, await change(call, 'workflow.update', call.body)),
  })),

  implementRoute(ROUTES.deleteWorkflow, async (call) => {
    const { server, resource } = call
    if (resource.deleted_at === null) {
      await change(call, 'workflow.delete', { deleted_at: server.now() })
      server.bus.publish(draftTopic(resource.tenant_id, resource.workflow_id), { deleted: true })
    }
    return { status: 204 }
  }),

  implementRoute(ROUTES.restoreWorkflow, async (call) => {
    const { server, resource } = call
    const row = resource.deleted_at === null ? resource : await change(call, 'workflow.restore', { deleted_at: null })
    return { status: 200, json: await presentWorkflow(server, row) }
  }),

  implementRoute(ROUTES.pauseWorkflow, async (call) => ({ status: 200, json: await pauseOrResume('pause', call) })),

  implementRoute(ROUTES.resumeWorkflow, async (call) => ({ status: 200, json: await pauseOrResume('resume', call) })),
]

/** Pauses or resumes a workflow with an audit entry if that changes anything, and its runs if the body says so. */
async function pauseOrResume(
  request: 'pause' | 'resume',
  {
    server,
    identity,
    resource,
    body,
  }: Pick<WorkflowCall, 'server' | 'identity' | 'resource'> & { readonly body: PauseWorkflow },
): Promise<PausedWorkflow> {
  const { tenantId, userId, displayName } = identity
  const { workflow_id: workflowId } = resource
  const { includeRuns = false } = body
  const details = { includeRuns }
  const entry = { identity, action: `workflow.${request}`, resource: workflowId, at: server.now(), details } as const
  const hook = auditHook(entry)
  const stored = await (request === 'pause'
    ? server.engine.pauseStarts(tenantId, workflowId, { userId, displayName }, hook)
    : server.engine.resumeStarts(tenantId, workflowId, hook))
  if (stored.outcome === 'accepted')
    publishChange(server.bus, tenantId, { kind: 'workflow', id: workflowId, workflowId })
  const hasMoreRuns = includeRuns && (await pauseRuns(server, { identity, workflowId, request }))
  return { ...(await presentWorkflow(server, resource)), hasMoreRuns }
}

type WorkflowCall = Pick<RouteCall<typeof ROUTES.updateWorkflow>, 'server' | 'identity' | 'resource'>

async function change(
  { server, identity, resource: { workflow_id: workflowId } }: WorkflowCall,
  action: AuditAction,
  set: Partial<Pick<WorkflowRow, 'name' | 'description' | 'deleted_at'>>,
): Promise<WorkflowRow> {
  const { tenantId } = identity
  const at = server.now()
  const row = await server.database.withTenant(tenantId, async (tx) => {
    const current = await lockWorkflow(tx, tenantId, workflowId)
    if (current === null) return null
    const isDeleted = current.deleted_at !== null
    if (set.deleted_at === undefined) {
      if (isDeleted) return null
    } else if (isDeleted === (set.deleted_at !== null)) {
      // Another request has deleted or restored it meanwhile.
      return current
    }
    if (isDeleted) await reserveWorkflow(tx, tenantId, server.limits.workflowsPerTenant)
    await insertAudit(tx, { identity, action, resource: workflowId, at })
    const ref = { tenantId, workflowId }
    if (set.deleted_at === null) await putStableTriggers(server, tx, ref, current.latest_version)
    else if (set.deleted_at !== undefined) await dropTriggers(server, tx, ref)
    return updateWorkflowRow(tx, tenantId, workflowId, { ...set, updated_at: at })
  })
  if (row === null) throw new TenonError('WORKFLOW_NOT_FOUND', 'No workflow has this id')
  publishChange(server.bus, tenantId, { kind: 'workflow', id: workflowId, workflowId })
  return row
}
