import type { Migration } from '../migrate.ts'
import { identifier } from '../quote.ts'
import { tenantTable } from '../table-statements.ts'
import { APPEND_OPERATION } from './append-operations.ts'

/**
 * Adds the waits for events and callbacks: the key by which they are found, and the table of events that are kept for
 * waits that have yet to begin.
 *
 * @see docs/adr/0044-events-find-their-waits-by-a-key.md
 */
export const events: Migration = {
  name: '0008-events',
  up: ({ schema }) =>
    [
      'alter table $schema.waits add column match_key text',
      `create index waits_match on $schema.waits (match_key, tenant_id)
        where match_key is not null and status = 'open' and resolution is null`,
      ...tenantTable({
        schema,
        name: 'event_buffer',
        columns: EVENT_BUFFER,
        key: ['event_id'],
        indexes: [
          '(match_key, tenant_id, position)',
          '(expires_at, tenant_id)',
          '(tenant_id, expires_at, size) where payload is not null',
          '(payload_hash, tenant_id) where payload_hash is not null',
        ],
      }),
      // With the operations on events; processes of an earlier version call it as before.
      APPEND_OPERATION,
    ].map((statement) => statement.replaceAll('$schema', identifier(schema))),
}

// payload: a ValueRef as JSON text; null when the event was delivered. payload_hash: of a payload that is stored apart.
// has_id: the sender chose the id, so that it is recognized until the row expires. digest: of the event without its id.
const EVENT_BUFFER = `
  event_id text not null, kind text not null, match_key text not null,
  position bigint generated always as identity, payload text, payload_hash text, size bigint not null,
  received_at bigint not null, expires_at bigint not null, actor text, has_id boolean not null, digest text not null,
  delivered integer not null default 0,
  foreign key (tenant_id, payload_hash) references $schema.payloads (tenant_id, hash)`
