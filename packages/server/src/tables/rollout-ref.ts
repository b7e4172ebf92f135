import type { TenantId, WorkflowId } from '@tenon/core/document'

/** Names the rollout of a version. */
export interface RolloutRef {
  readonly tenantId: TenantId
  readonly workflowId: WorkflowId
  readonly version: string
}
