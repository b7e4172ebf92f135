import { LIST_CONDITIONS } from '../list-conditions.ts'
import type { Migration } from '../migrate.ts'
import { identifier } from '../quote.ts'

/**
 * Creates the index for lists of runs that no other run has started: a loop can start so many runs that a list without
 * them would read thousands of rows for each page.
 */
export const topLevelRuns: Migration = {
  name: '0006-top-level-runs',
  up: ({ schema }) => [
    `create index runs_top_level on ${identifier(schema)}.runs (tenant_id, queued_at)
      where ${LIST_CONDITIONS.topLevelRuns}`,
  ],
}
