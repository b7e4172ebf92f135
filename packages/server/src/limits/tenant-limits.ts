import type { WorkflowDocument } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import type { RuntimeLog } from '@tenon/runtime'
import type { Limits } from './limit-options.ts'
import { createRateLimits, type RateLimits } from './rate-limits.ts'
import { createTenantGate, type TenantGate } from './tenant-gate.ts'

/** Keeps one tenant from using up what all share. */
export interface TenantLimits {
  readonly rates: RateLimits
  /** For the work on a request, once its body is there. */
  readonly requests: TenantGate
  readonly bodies: TenantGate
  readonly openDraftsPerTenant: number
  readonly workflowsPerTenant: number
}

export function createTenantLimits(limits: Limits, log: RuntimeLog): TenantLimits {
  return {
    rates: createRateLimits(limits, log),
    requests: createTenantGate(limits.requestsPerTenant, limits.waitingPerTenant, 'requests'),
    bodies: createTenantGate(limits.bodiesPerTenant, 0, 'request bodies'),
    openDraftsPerTenant: limits.openDraftsPerTenant,
    workflowsPerTenant: limits.workflowsPerTenant,
  }
}

/** @throws {@link TenonError} `QUOTA_EXCEEDED` when a tenant has reached its number of workflows. */
export function checkWorkflowQuota(count: number, most: number): void {
  if (count < most) return
  throw new TenonError('QUOTA_EXCEEDED', `The tenant may have ${most} workflows`, { details: { limit: most } })
}

/**
 * Takes what the check of a workflow costs from the validation rate of its tenant; call it outside of transactions.
 *
 * @throws {@link TenonError} `RATE_LIMITED`.
 */
export function takeValidation(
  { rates }: Pick<TenantLimits, 'rates'>,
  tenantId: string,
  { nodes, edges }: WorkflowDocument,
): Promise<void> {
  return rates.take(tenantId, 'validation', nodes.length + edges.length)
}
