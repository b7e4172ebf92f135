import type { Migration } from '../migrate.ts'
import { identifier } from '../quote.ts'
import { APPEND_OPERATION } from './append-operations.ts'

/**
 * Adds the links between a run that failed and the run that handles its failure.
 *
 * @see docs/adr/0061-a-failed-run-starts-its-handler.md
 */
export const errorHandlers: Migration = {
  name: '0015-error-handlers',
  isCompatible: true,
  up: ({ schema }) =>
    [
      'alter table $schema.runs add column handles_run_id text, add column handled_by_run_id text',
      APPEND_OPERATION,
    ].map((statement) => statement.replaceAll('$schema', identifier(schema))),
}
