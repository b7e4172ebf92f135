import type { ConnectionUse } from '@tenon/core/api'
import type { TenantId, WorkflowDocument } from '@tenon/core/document'
import type { ServerContext } from '../context.ts'
import { readDraftState } from '../drafts/read-draft-state.ts'
import { draftsThatContain, workflowsThatName } from '../tables/connection-repository.ts'
import { connectionsIn } from './check-connections.ts'

/** Lists the workflows whose latest version or draft uses a connection, by name. */
export async function connectionUses(
  server: ServerContext,
  tenantId: TenantId,
  connectionId: string,
): Promise<readonly ConnectionUse[]> {
  const uses = (document: Pick<WorkflowDocument, 'nodes'>) =>
    connectionsIn(server.registry, document).some((use) => use.connectionId === connectionId)
  const found = new Map<string, ConnectionUse>()
  const { published, workflows } = await server.database.withTenant(tenantId, async (tx) => ({
    published: await workflowsThatName(tx, tenantId, connectionId),
    workflows: await draftsThatContain(tx, tenantId, connectionId),
  }))
  for (const { workflow_id: workflowId, name: workflowName, document } of published) {
    if (!uses(JSON.parse(document))) continue
    found.set(workflowId, { workflowId, workflowName, isPublished: true, isInDraft: false })
  }
  for (const { workflow_id: workflowId, name: workflowName } of workflows) {
    const draft = await server.database.withTenant(tenantId, (tx) => readDraftState(tx, { tenantId, workflowId }))
    if (!uses(draft.document)) continue
    const isPublished = found.has(workflowId)
    found.set(workflowId, { workflowId, workflowName, isPublished, isInDraft: true })
  }
  return [...found.values()].sort((a, b) => (a.workflowName < b.workflowName ? -1 : 1))
}
