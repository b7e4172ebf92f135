import type { Migration } from '../migrate.ts'
import { tenantTable } from '../table-statements.ts'

/**
 * Creates the tables of files: what is known of each, and its bytes in parts, so that neither side holds a whole file in
 * memory. A run keeps a file by its reference to a payload that represents the file.
 *
 * @see docs/adr/0085-a-file-is-a-reference.md
 */
export const files: Migration = {
  name: '0031-files',
  isCompatible: true,
  up: ({ schema }) => [
    ...tenantTable({
      schema,
      name: 'files',
      columns: `file_id text not null, state text not null, name text not null, type text not null,
        size bigint not null, hash text not null, created_at bigint not null, created_by text,
        mark text not null, unused_since bigint`,
      key: ['file_id'],
      indexes: ['(tenant_id, unused_since) where unused_since is not null'],
    }),
    ...tenantTable({
      schema,
      name: 'file_chunks',
      columns: 'file_id text not null, position int not null, start bigint not null, bytes bytea not null',
      key: ['file_id', 'position'],
    }),
  ],
}
