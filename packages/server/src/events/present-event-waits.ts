import type { EventWait } from '@tenon/core/api'
import type { TenantId } from '@tenon/core/document'
import { maskCredentials } from '@tenon/core/mask'
import type { StoredEventWait } from '@tenon/runtime'
import type { ServerContext } from '../context.ts'
import { toInstant, toInstantOrNull } from '../http/instant.ts'
import { workflowNames } from '../tables/workflow-repository.ts'

/** Waits of one tenant in the form of the API, in the same order. */
export async function presentEventWaits(
  server: ServerContext,
  tenantId: TenantId,
  waits: readonly StoredEventWait[],
): Promise<readonly EventWait[]> {
  const ids = waits.map(({ workflowId }) => workflowId)
  const names = await server.database.withTenant(tenantId, (tx) => workflowNames(tx, tenantId, ids))
  return waits.map(({ waitFor, ...wait }) =>
    maskCredentials({
      waitId: wait.waitId,
      runId: wait.runId,
      nodeRunId: wait.nodeRunId,
      nodeId: wait.nodeId,
      workflowId: wait.workflowId,
      workflowName: names.get(wait.workflowId) ?? '',
      kind: waitFor.kind,
      name: waitFor.kind === 'event' ? waitFor.name : null,
      key: waitFor.kind === 'event' ? waitFor.key : null,
      schema: waitFor.schema,
      status: wait.status,
      openedAt: toInstant(wait.openedAt),
      dueAt: toInstantOrNull(wait.dueAt),
    }),
  )
}
