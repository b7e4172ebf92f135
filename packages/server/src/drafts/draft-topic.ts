/** The topic on which a draft announces a new update: `{ seq }` is the last one. */
export function draftTopic(tenantId: string, workflowId: string): string {
  return `draft:${tenantId}:${workflowId}`
}
