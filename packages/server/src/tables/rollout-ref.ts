import type { TenantId, WorkflowId } from '@tenon/core/document'
import { sql } from 'kysely'

/** Names the rollout of a version. */
export interface RolloutRef {
  readonly tenantId: TenantId
  readonly workflowId: WorkflowId
  readonly version: string
}

/** Time of the database in milliseconds: the processes that work on a rollout have clocks of their own. */
export const databaseNow = sql<number>`(extract(epoch from clock_timestamp()) * 1000)::bigint`
