import type { Identity, ResolutionRequest, ResolveParked } from '@tenon/core/api'
import { canonicalText, sha256Hex } from '@tenon/core/document'
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
    details: { resolution: resolution.kind, runId, nodeRunId, ...givenHash(resolution) },
  })
  const request = { resolution, actor: { userId, displayName }, ...(requestId === undefined ? {} : { requestId }) }
  const { outcome } = await server.engine.resolveParked(tenantId, parkedId, request, audit)
  if (outcome === 'accepted') publishChange(server.bus, tenantId, { kind: 'parked', id: parkedId, workflowId })
  return outcome
}

/**
 * Returns the hash of the params or the output that a person gave, so that the audit log proves what they were without
 * keeping them: SHA-256 of their canonical JSON, in hex digits.
 */
function givenHash(resolution: ResolutionRequest): { readonly givenHash?: string } {
  if (resolution.kind === 'retry_with_params') return { givenHash: sha256Hex(canonicalText(resolution.params)) }
  return resolution.kind === 'complete' ? { givenHash: sha256Hex(canonicalText(resolution.output)) } : {}
}
