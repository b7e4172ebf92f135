import type { Migration } from '../migrate.ts'
import { tenantTable } from '../table-statements.ts'

/**
 * Creates the counts of what calls of models have used, and the calls in progress with their estimates.
 *
 * @see docs/adr/0094-calls-of-models-are-counted-before-they-are-made.md
 */
export const modelSpend: Migration = {
  name: '0051-model-spend',
  isCompatible: true,
  up: ({ schema }) => [
    ...tenantTable({
      schema,
      name: 'model_spend',
      columns: `scope text not null, scope_id text not null, period text not null, run_id text,
        calls bigint not null default 0, input_tokens bigint not null default 0,
        cached_input_tokens bigint not null default 0, output_tokens bigint not null default 0,
        cost_nano_usd bigint not null default 0, duration_ms bigint not null default 0,
        reserved_tokens bigint not null default 0, reserved_nano_usd bigint not null default 0`,
      key: ['scope', 'scope_id', 'period'],
      // For the deletion of runs.
      indexes: ['(tenant_id, run_id) where run_id is not null'],
    }),
    ...tenantTable({
      schema,
      name: 'model_reservations',
      columns: `call_id text not null, run_id text not null, workflow_id text not null, node_id text not null,
        at bigint not null, tokens bigint not null, nano_usd bigint not null`,
      key: ['run_id', 'call_id'],
    }),
  ],
}
