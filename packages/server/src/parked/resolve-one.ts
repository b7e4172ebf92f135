import type { Identity, ResolveParked } from '@tenon/core/api'
import { publishChange, type ResolveParkedResult, type StoredParked } from '@tenon/runtime'
import type { ServerContext } from '../context.ts'
import { auditHook } from '../tables/audit-repository.ts'

/** Stores the resolution of a parked node run with an audit entry, and announces it. */
export async function resolveOne(
  server: ServerContext,
  identity: Identity,
  { tenantId, parkedId, runId, nodeRunId, workflowId }: StoredParked,
  { resolution, requestId }: ResolveParked,
): Promise<ResolveParkedResult['outcome']> {
  const { userId, displayName } = identity
  const audit = auditHook({
    identity,
    action: 'parked.resolve',
    resource: parkedId,
    at: server.now(),
    details: { resolution: resolution.kind, runId, nodeRunId },
  })
  const request = { resolution, actor: { userId, displayName }, ...(requestId === undefined ? {} : { requestId }) }
  const { outcome } = await server.engine.resolveParked(tenantId, parkedId, request, audit)
  if (outcome === 'accepted') publishChange(server.bus, tenantId, { kind: 'parked', id: parkedId, workflowId })
  return outcome
}
