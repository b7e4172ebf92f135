import type { Migration } from '../migrate.ts'
import { identifier } from '../quote.ts'
import { systemTable } from '../table-statements.ts'

/**
 * Creates the table with the node types of the workers of Temporal, apart from `workers`: those drive runs of the embedded
 * engine, and share its slots.
 *
 * @see docs/adr/0067-temporal-workers-list-their-types.md
 */
export const temporalWorkers: Migration = {
  name: '0020-temporal-workers',
  isCompatible: true,
  up: ({ schema }) =>
    [
      ...systemTable({
        schema,
        name: 'temporal_workers',
        columns: 'worker_id text primary key, listed_until bigint not null, node_types text[] not null',
      }),
      'create index temporal_workers_listed on $schema.temporal_workers (listed_until)',
    ].map((statement) => statement.replaceAll('$schema', identifier(schema))),
}
