import type { Migration } from '../migrate.ts'
import { identifier } from '../quote.ts'

/**
 * Creates the index for the runs of a tree that have not ended: a loop may have started thousands that have.
 *
 * @see docs/adr/0048-children-are-runs.md
 */
export const openTrees: Migration = {
  name: '0010-open-trees',
  isCompatible: true,
  up: ({ schema }) => [
    `create index runs_open_tree on ${identifier(schema)}.runs (root_run_id, tenant_id)
      where root_run_id is not null and finished_at is null`,
  ],
}
