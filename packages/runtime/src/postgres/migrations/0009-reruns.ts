import type { Migration } from '../migrate.ts'
import { identifier } from '../quote.ts'
import { APPEND_OPERATION } from './append-operations.ts'

/** Adds the link from a run to the earlier run that it repeats, with its index. */
export const reruns: Migration = {
  name: '0009-reruns',
  isCompatible: true,
  up: ({ schema }) =>
    [
      'alter table $schema.runs add column rerun_of text, add column rerun_from text',
      // Few runs repeat another one.
      'create index runs_rerun_of on $schema.runs (rerun_of, tenant_id, queued_at) where rerun_of is not null',
      APPEND_OPERATION,
    ].map((statement) => statement.replaceAll('$schema', identifier(schema))),
}
