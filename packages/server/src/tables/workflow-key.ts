import { identifier } from '@tenon/runtime/postgres'

/** Returns the constraint of a table whose rows belong to a workflow. */
export const toWorkflow = (schema: string): string =>
  `foreign key (tenant_id, workflow_id) references ${identifier(schema)}.workflows (tenant_id, workflow_id)`
