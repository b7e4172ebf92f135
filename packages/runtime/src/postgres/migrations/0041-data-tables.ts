import type { Migration } from '../migrate.ts'
import { identifier } from '../quote.ts'
import { tenantTable } from '../table-statements.ts'

/**
 * Creates the tables of the data that tenants keep: data tables with their rows, values under keys, and the changes that
 * node runs have made, each with its result.
 *
 * @see docs/adr/0084-a-change-of-data-is-completed-in-its-transaction.md
 */
export const dataTables: Migration = {
  name: '0041-data-tables',
  isCompatible: true,
  up: ({ schema }) => [
    ...tenantTable({
      schema,
      name: 'data_tables',
      columns: `table_id text not null, name text not null, columns text not null, key_column text,
        version int not null, next_row_id bigint not null, row_count bigint not null, bytes bigint not null,
        created_at bigint not null, created_by text`,
      key: ['table_id'],
    }),
    `create unique index on ${identifier(schema)}.data_tables (tenant_id, name)`,
    ...tenantTable({
      schema,
      name: 'data_rows',
      columns: `table_id text not null, row_id bigint not null, data jsonb not null, key_text text, size int not null,
        version int not null, created_at bigint not null, updated_at bigint not null,
        foreign key (tenant_id, table_id) references ${identifier(schema)}.data_tables (tenant_id, table_id) on delete cascade`,
      key: ['table_id', 'row_id'],
    }),
    // Names the table before the key: all keys of a table are read by it, and no other index has its rows.
    `create unique index data_rows_key on ${identifier(schema)}.data_rows (tenant_id, table_id, key_text)
       where key_text is not null`,
    ...tenantTable({
      schema,
      name: 'key_values',
      columns: 'key text not null, value text not null, updated_at bigint not null',
      key: ['key'],
    }),
    ...tenantTable({
      schema,
      name: 'data_completions',
      columns: 'run_id text not null, completion_key text not null, change_hash text not null, result text',
      key: ['run_id', 'completion_key'],
    }),
  ],
}
