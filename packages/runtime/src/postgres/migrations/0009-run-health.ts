import type { Migration } from '../migrate.ts'
import { identifier } from '../quote.ts'

/** What holds up a run on Temporal, in the row of the message that looks for its shell; it goes with that row. */
export const runHealth: Migration = {
  name: '0009-run-health',
  isCompatible: true,
  up: ({ schema }) => [`alter table ${identifier(schema)}.outbox add column health text`],
}
