import type { Migration } from '../migrate.ts'
import { identifier } from '../quote.ts'
import { backfill } from '../table-statements.ts'
import { APPEND_OPERATION } from './append-operations.ts'

/**
 * Lets a run change its engine, and wakes other runs by the engine that their rows name. Notes the tenants with deleted
 * runs of which a rest remains.
 *
 * @see docs/adr/0062-a-run-changes-its-engine-between-its-nodes.md
 */
export const engineChanges: Migration = {
  name: '0016-engine-changes',
  isCompatible: true,
  up: ({ schema }) =>
    [
      APPEND_OPERATION,
      'alter table $schema.retention_sweeps add column rests_at bigint',
      'create index retention_sweeps_rests on $schema.retention_sweeps (rests_at) where rests_at is not null',
      // Those that a process of an earlier version has left.
      ...backfill(schema, 'run_erasures', [
        ...backfill(schema, 'retention_sweeps', [
          'update $schema.retention_sweeps set rests_at = 0 where tenant_id in (select tenant_id from $schema.run_erasures)',
        ]),
      ]),
    ].map((statement) => statement.replaceAll('$schema', identifier(schema))),
}
