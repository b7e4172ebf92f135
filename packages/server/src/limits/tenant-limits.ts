import type { CheckSubWorkflows } from '@tenon/core/api'
import type { TenantId, WorkflowDocument } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import type { RuntimeLog } from '@tenon/runtime'
import { createHeldRequests, type HeldRequests } from './held-requests.ts'
import type { Limits } from './limit-options.ts'
import { createRateLimits, type RateLimits } from './rate-limits.ts'
import { createTenantGate, type TenantGate } from './tenant-gate.ts'

/** Keeps one tenant from using up what all share. */
export interface TenantLimits {
  readonly rates: RateLimits
  /** For the work on a request, after its body was read. */
  readonly requests: TenantGate
  readonly bodies: TenantGate
  /** For uploads of files, which take as long as the line of their sender is slow. */
  readonly uploads: TenantGate
  /** Requests that wait for a run. */
  readonly held: HeldRequests
  /** For publications of one workflow, by `tenantId/workflowId`: one at a time. */
  readonly publications: TenantGate
  readonly openDraftsPerTenant: number
  readonly workflowsPerTenant: number
  readonly secretsPerTenant: number
}

export function createTenantLimits(limits: Limits, log: RuntimeLog): TenantLimits {
  return {
    rates: createRateLimits(limits, log),
    requests: createTenantGate(limits.requestsPerTenant, limits.waitingPerTenant, 'requests'),
    bodies: createTenantGate(limits.bodiesPerTenant, 0, 'request bodies'),
    uploads: createTenantGate(limits.uploadsPerTenant, limits.waitingPerTenant, 'uploads'),
    held: createHeldRequests(limits.heldPerTenant),
    publications: createTenantGate(1, Number.POSITIVE_INFINITY, 'publications of one workflow'),
    openDraftsPerTenant: limits.openDraftsPerTenant,
    workflowsPerTenant: limits.workflowsPerTenant,
    secretsPerTenant: limits.secretsPerTenant,
  }
}

/**
 * Takes what the check of a workflow costs from the validation rate of its tenant; call it outside of transactions.
 *
 * @throws {@link TenonError} `RATE_LIMITED`.
 */
export function takeValidation(
  { rates }: Pick<TenantLimits, 'rates'>,
  tenantId: TenantId,
  { nodes, edges }: WorkflowDocument,
): Promise<void> {
  return rates.take(tenantId, 'validation', nodes.length + edges.length)
}

/**
 * Takes what the check of nodes that run other workflows costs from the validation rate of their tenant, as much as
 * publishing these nodes would.
 *
 * @throws {@link TenonError} `RATE_LIMITED`.
 */
export function takeCallChecks(
  { rates }: Pick<TenantLimits, 'rates'>,
  tenantId: TenantId,
  { calls, errorHandler }: CheckSubWorkflows,
): Promise<void> {
  return rates.take(tenantId, 'validation', calls.length + (errorHandler === undefined ? 0 : 1))
}
