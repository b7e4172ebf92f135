import type { TenantId, WorkflowId } from '@tenon/core/document'

/** The topic on which a draft announces a new update: `{ seq }` is the last one. */
export function draftTopic(tenantId: TenantId, workflowId: WorkflowId): string {
  return `draft:${tenantId}:${workflowId}`
}
