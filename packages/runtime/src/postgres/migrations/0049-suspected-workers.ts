import type { Migration } from '../migrate.ts'
import { identifier } from '../quote.ts'

/**
 * Adds the time at which another worker has first seen that the lease of a worker had expired. A worker that lives for less
 * than a lease frees the runs of dead ones by it.
 *
 * @see docs/adr/0099-a-tick-is-a-short-worker.md
 */
export const suspectedWorkers: Migration = {
  name: '0049-suspected-workers',
  isCompatible: true,
  up: ({ schema }) => [`alter table ${identifier(schema)}.workers add column suspected_at bigint`],
}
