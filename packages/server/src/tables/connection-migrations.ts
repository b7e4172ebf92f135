import { backfill, identifier, type Migration, tenantTable } from '@tenon/runtime/postgres'
import { toWorkflow } from './workflow-key.ts'

export const secrets: Migration = {
  name: '0002-secret-tables',
  up: ({ schema }) => [
    ...tenantTable({
      schema,
      name: 'secret_keys',
      columns:
        'key_id text not null, wrapping_key_id text not null, wrapped bytea not null, created_at bigint not null',
      key: ['key_id'],
    }),
    ...tenantTable({
      schema,
      name: 'secrets',
      columns: `secret_id text not null, workflow_id text not null, field text not null, data_key_id text not null,
        sealed bytea not null, set_at bigint not null, in_version boolean not null, ${toWorkflow(schema)}`,
      key: ['secret_id'],
    }),
    `create index secrets_by_workflow on ${identifier(schema)}.secrets (tenant_id, workflow_id) where not in_version`,
  ],
}

export const connections: Migration = {
  name: '0017-connections',
  up: ({ schema }) => [
    ...tenantTable({
      schema,
      name: 'connections',
      columns: `connection_id text not null, connector text not null, name text not null, field_values text not null,
        markers text not null, allowed_hosts text not null, sharing_kind text not null, workflow_ids text not null,
        owner_id text not null, owner_name text not null, status text not null, status_reason text,
        generation int not null, created_at bigint not null, updated_at bigint not null, expires_at bigint,
        refresh_at bigint, lease_id text, lease_until bigint`,
      key: ['connection_id'],
    }),
    // A secret belongs to a workflow or to a connection.
    `alter table ${identifier(schema)}.secrets alter column workflow_id drop not null, add column connection_id text`,
    `alter table ${identifier(schema)}.secrets add constraint secrets_owner
      check ((workflow_id is null) <> (connection_id is null))`,
    `create index secrets_by_connection on ${identifier(schema)}.secrets (tenant_id, connection_id)
      where connection_id is not null`,
  ],
}

export const keyRotations: Migration = {
  name: '0025-key-rotations',
  up: ({ schema }) => [
    ...tenantTable({
      schema,
      name: 'key_rotations',
      columns: `rotation int not null default 0, ended int not null default 0, requests int not null default 0,
        wrapped int not null default 0, is_failing boolean not null default false, resealed int not null default 0,
        unreadable int not null default 0, due_at bigint, requested_at bigint, ended_at bigint`,
      key: [],
      isDispatch: true,
    }),
    ...tenantTable({
      schema,
      name: 'wrapped_keys',
      columns: `key_id text not null, wrapping_key_id text not null, foreign key (tenant_id, key_id)
        references ${identifier(schema)}.secret_keys (tenant_id, key_id) on delete cascade`,
      key: ['key_id'],
      isDispatch: true,
    }),
    // By a trigger: processes of an earlier version, which know neither table, may store keys for a while.
    `create function ${identifier(schema)}.follow_secret_key() returns trigger language plpgsql as $$
begin
  insert into ${identifier(schema)}.key_rotations (tenant_id) values (new.tenant_id) on conflict do nothing;
  insert into ${identifier(schema)}.wrapped_keys (tenant_id, key_id, wrapping_key_id)
    values (new.tenant_id, new.key_id, new.wrapping_key_id)
    on conflict (tenant_id, key_id) do update set wrapping_key_id = excluded.wrapping_key_id;
  return null;
end $$`,
    `create trigger follow_secret_key after insert or update on ${identifier(schema)}.secret_keys
      for each row execute function ${identifier(schema)}.follow_secret_key()`,
    `create index key_rotations_due on ${identifier(schema)}.key_rotations (due_at) where due_at is not null`,
    ...backfill(
      schema,
      'secret_keys',
      backfill(
        schema,
        'key_rotations',
        backfill(schema, 'wrapped_keys', [
          `insert into ${identifier(schema)}.key_rotations (tenant_id)
            select distinct tenant_id from ${identifier(schema)}.secret_keys`,
          `insert into ${identifier(schema)}.wrapped_keys (tenant_id, key_id, wrapping_key_id)
            select tenant_id, key_id, wrapping_key_id from ${identifier(schema)}.secret_keys`,
        ]),
      ),
    ),
  ],
}

/** The rate of the requests of a connection. */
export const connectionPaces: Migration = {
  name: '0044-connection-paces',
  isCompatible: true,
  up: ({ schema }) => [
    `alter table ${identifier(schema)}.connections add column paced_until bigint, add column refused_until bigint`,
  ],
}
