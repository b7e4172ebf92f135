import type { Migration } from '../migrate.ts'
import { identifier } from '../quote.ts'
import { APPEND_OPERATION } from './append-operations.ts'

/**
 * Adds the version with which a run has started, for runs that have moved to another one.
 *
 * @see docs/adr/0053-a-run-moves-between-nodes.md
 */
export const movedRuns: Migration = {
  name: '0012-moved-runs',
  isCompatible: true,
  up: ({ schema }) =>
    ['alter table $schema.runs add column first_version text, add column first_plan_hash text', APPEND_OPERATION].map(
      (statement) => statement.replaceAll('$schema', identifier(schema)),
    ),
}
