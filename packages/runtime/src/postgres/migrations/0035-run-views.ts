import type { Migration } from '../migrate.ts'
import { identifier } from '../quote.ts'
import { tenantTable } from '../table-statements.ts'

/**
 * Creates the table of the folded views of long runs.
 *
 * @see docs/adr/0090-views-of-long-runs-are-stored-in-parts.md
 */
export const runViews: Migration = {
  name: '0035-run-views',
  isCompatible: true,
  up: ({ schema }) =>
    tenantTable({
      schema,
      name: 'run_views',
      columns: `run_id text not null, part text not null, seq bigint not null, is_open boolean not null, data text not null,
        foreign key (tenant_id, run_id) references ${identifier(schema)}.runs (tenant_id, run_id) on delete cascade`,
      key: ['run_id', 'part'],
    }),
}
