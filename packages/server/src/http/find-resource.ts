import { NOT_FOUND, type ResourceKind } from '@tenon/core/api'
import type { TenantId, WorkflowId } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import type { ServerContext } from '../context.ts'
import { findConnection } from '../tables/connection-repository.ts'
import { findVersion } from '../tables/version-repository.ts'
import { findEndpoint } from '../tables/webhook-endpoint-repository.ts'
import { findWorkflow } from '../tables/workflow-repository.ts'
import type { Resources } from './route-handler.ts'

/** Form of the ids that the server creates; other ids are not found, and never reach the database. */
const ID_PATTERN = /^[A-Za-z0-9_.:~#-]{1,200}$/

/**
 * Looks a resource up under the tenant's row-level security: a stranger's id is unknown.
 *
 * @param params - Path parameters, decoded.
 * @throws {@link TenonError} the not-found code of the kind.
 */
export async function findResource(
  server: ServerContext,
  tenantId: TenantId,
  kind: ResourceKind,
  params: Readonly<Record<string, string>>,
): Promise<Resources[ResourceKind]> {
  const ids = Object.values(params)
  const found = ids.every((id) => ID_PATTERN.test(id)) ? await FINDERS[kind](server, tenantId, params) : null
  if (found === null) throw notFound(kind)
  return found
}

/** Names of the kinds whose name is not their own. */
const NAMES: { readonly [Kind in ResourceKind]?: string } = {
  'any-workflow': 'workflow',
  parked: 'parked node run',
  'webhook-endpoint': 'endpoint',
  'data-table': 'data table',
}

function notFound(kind: ResourceKind): TenonError {
  return new TenonError(NOT_FOUND[kind], `No ${NAMES[kind] ?? kind} has this id`)
}

type Finder = (
  server: ServerContext,
  tenantId: TenantId,
  params: Readonly<Record<string, string>>,
) => Promise<Resources[ResourceKind] | null>

const anyWorkflow = (server: ServerContext, tenantId: TenantId, workflowId: WorkflowId | undefined) =>
  server.database.withTenant(tenantId, (tx) => findWorkflow(tx, tenantId, workflowId ?? ''))

const FINDERS: Readonly<Record<ResourceKind, Finder>> = {
  'any-workflow': (server, tenantId, { id }) => anyWorkflow(server, tenantId, id),
  workflow: async (server, tenantId, { id }) => {
    const workflow = await anyWorkflow(server, tenantId, id)
    return workflow === null || workflow.deleted_at !== null ? null : workflow
  },
  version: async (server, tenantId, { id, version }) => {
    const { workflow, found } = await server.database.withTenant(tenantId, async (tx) => ({
      workflow: await findWorkflow(tx, tenantId, id ?? ''),
      found: await findVersion(tx, tenantId, id ?? '', version ?? ''),
    }))
    if (workflow === null) throw notFound('workflow')
    return found
  },
  run: (server, tenantId, { runId }) => server.reader.getRun(tenantId, runId ?? ''),
  parked: (server, tenantId, { parkedId }) => server.reader.getParked(tenantId, parkedId ?? ''),
  connection: (server, tenantId, { connectionId }) =>
    server.database.withTenant(tenantId, (tx) => findConnection(tx, tenantId, connectionId ?? '')),
  file: (server, tenantId, { fileId }) => server.files.find(tenantId, fileId ?? ''),
  'webhook-endpoint': (server, tenantId, { endpointId }) =>
    server.database.withTenant(tenantId, (tx) => findEndpoint(tx, { tenantId, endpointId: endpointId ?? '' })),
  'data-table': (server, tenantId, { tableId }) => server.dataTables.find(tenantId, tableId ?? ''),
  approval: (server, tenantId, { approvalId }) => server.reader.getWait(tenantId, approvalId ?? ''),
}
