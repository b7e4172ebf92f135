import type { Migration } from '../migrate.ts'
import { identifier } from '../quote.ts'
import { appendCreate } from './0004-append.ts'
import { appendMany } from './append-many.ts'

/**
 * Stores with a run the person or the event that has started it. Processes of the version before call their functions,
 * which store none.
 *
 * @see docs/adr/0098-a-run-says-who-started-it.md
 */
export const startedBy: Migration = {
  name: '0047-started-by',
  isCompatible: true,
  up: ({ schema }) =>
    ['alter table $schema.runs add column started_by text', appendCreate(3), appendMany(3)].map((statement) =>
      statement.replaceAll('$schema', identifier(schema)),
    ),
}
