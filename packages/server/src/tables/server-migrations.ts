import { TENANT_ID_PATTERN } from '@tenon/core/document'
import { backfill, identifier, type Migration, readableJson, systemTable, tenantTable } from '@tenon/runtime/postgres'
import { APPEND_DRAFT } from './append-draft-function.ts'
import { LISTED_WORKFLOW } from './server-tables.ts'
import { START_REQUEST_FUNCTIONS } from './start-request-functions.ts'
import { RUN_OF_SCHEDULE } from './trigger-tables.ts'
import { webhooks } from './webhook-migration.ts'
import { HOST } from './webhook-tables.ts'

const toWorkflow = (schema: string): string =>
  `foreign key (tenant_id, workflow_id) references ${identifier(schema)}.workflows (tenant_id, workflow_id)`

const workflows: Migration = {
  name: '0001-workflow-tables',
  up: ({ schema }) => [
    ...tenantTable({
      schema,
      name: 'workflows',
      columns: `workflow_id text not null, name text not null, description text not null,
        latest_version int, latest_behavior_hash text,
        created_at bigint not null, updated_at bigint not null, deleted_at bigint`,
      key: ['workflow_id'],
      indexes: [`(tenant_id, updated_at desc, workflow_id desc) where ${LISTED_WORKFLOW}`],
    }),
    ...tenantTable({
      schema,
      name: 'versions',
      columns: `workflow_id text not null, version text not null, number int, notes text not null,
        content_hash text not null, behavior_hash text not null, document text not null, plan text not null,
        lockfile text not null, published_at bigint not null, publisher_id text not null,
        publisher_name text not null, unique (tenant_id, workflow_id, number), ${toWorkflow(schema)}`,
      key: ['workflow_id', 'version'],
    }),
    ...tenantTable({
      schema,
      name: 'drafts',
      columns: `workflow_id text not null, seq bigint not null, snapshot_seq bigint not null, total_bytes bigint not null,
        behavior_hash text not null, hash_seq bigint not null, updated_at bigint not null, ${toWorkflow(schema)}`,
      key: ['workflow_id'],
      // Written with every update: the new version of a row finds room beside the old one, and no index changes.
      suffix: 'with (fillfactor = 70)',
    }),
    ...tenantTable({
      schema,
      name: 'draft_snapshots',
      columns: `workflow_id text not null, bytes bytea not null, ${toWorkflow(schema)}`,
      key: ['workflow_id'],
    }),
    ...tenantTable({
      schema,
      name: 'draft_updates',
      // No foreign key, whose check would lock the workflow with every update; the row of the draft has one.
      columns:
        'workflow_id text not null, seq bigint not null, bytes bytea not null, user_id text not null, at bigint not null',
      key: ['workflow_id', 'seq'],
    }),
    ...tenantTable({
      schema,
      name: 'draft_clients',
      columns: `workflow_id text not null, client_id bigint not null, user_id text not null, ${toWorkflow(schema)}`,
      key: ['workflow_id', 'client_id'],
    }),
    ...tenantTable({
      schema,
      name: 'socket_tickets',
      columns: `ticket_hash text not null, user_id text not null, role text not null,
        display_name text not null, expires_at bigint not null`,
      key: ['ticket_hash'],
    }),
    ...tenantTable({
      schema,
      name: 'idempotency_keys',
      columns: `route text not null, key text not null, request_hash text not null,
        resource_id text not null, answer text, created_at bigint not null`,
      key: ['route', 'key'],
    }),
    `create index idempotency_keys_by_age on ${identifier(schema)}.idempotency_keys (tenant_id, created_at)`,
    ...tenantTable({
      schema,
      name: 'audit_log',
      columns: `audit_id text not null, at bigint not null, actor_id text not null, actor_name text not null,
        actor_role text not null, action text not null, resource text not null, details text not null`,
      key: ['audit_id'],
    }),
    `create index audit_log_by_time on ${identifier(schema)}.audit_log (tenant_id, at desc)`,
  ],
}

const secrets: Migration = {
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

const draftAppends: Migration = {
  name: '0003-draft-appends',
  up: ({ schema }) => [APPEND_DRAFT.replaceAll('$schema', identifier(schema))],
}

const connections: Migration = {
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

const rollouts: Migration = {
  name: '0018-rollouts',
  up: ({ schema }) => [
    ...tenantTable({
      schema,
      name: 'version_rollouts',
      columns: `workflow_id text not null, version text not null, number int not null, former_version text,
        status text not null, runs text not null, percent int, max_failure_percent int not null, min_runs int not null,
        promote_after int, since bigint, moved int not null default 0, canceled int not null default 0,
        ended int not null default 0, started_at bigint not null, starter_id text not null, starter_name text not null,
        starter_role text not null, ended_at bigint, ender_id text, ender_name text, ${toWorkflow(schema)}`,
      key: ['workflow_id', 'version'],
    }),
    ...tenantTable({
      schema,
      name: 'rollout_runs',
      columns: `workflow_id text not null, version text not null, run_id text not null, state text not null, code text,
        message text, checked_at bigint not null`,
      key: ['workflow_id', 'version', 'run_id'],
    }),
    ...tenantTable({
      schema,
      name: 'rollout_sweeps',
      columns: 'workflow_id text not null, version text not null, due_at bigint not null',
      key: ['workflow_id', 'version'],
      isDispatch: true,
    }),
    `create index rollout_sweeps_due on ${identifier(schema)}.rollout_sweeps (due_at)`,
  ],
}

/** Counts in the rows of rollouts, and what was last seen of a run that is asked. */
const rolloutCounts: Migration = {
  name: '0019-rollout-counts',
  up: ({ schema }) => [
    `alter table ${identifier(schema)}.version_rollouts add column canary_started int, add column canary_completed int,
      add column canary_failed int, add column counted_at bigint`,
    `alter table ${identifier(schema)}.rollout_runs add column turn int, add column checks int not null default 0`,
    `create index rollout_runs_of_run on ${identifier(schema)}.rollout_runs (run_id, tenant_id)`,
  ],
}

const triggers: Migration = {
  name: '0022-triggers',
  up: ({ schema }) => [
    // Decided when the version is published: a process that makes it live later may lack its node types.
    `alter table ${identifier(schema)}.versions add column triggers text`,
    ...tenantTable({
      schema,
      name: 'triggers',
      // A row outlives the version that had the trigger: an address and a pause stay when a version has it again.
      columns: `workflow_id text not null, node_id text not null, kind text not null, node_type text not null,
        version text, params text not null, generation int not null default 0, updated_at bigint not null,
        paused_at bigint, pauser_id text, pauser_name text,
        test_until bigint, test_generation int not null default 0, test_runs int not null default 0,
        tester_id text, tester_name text, tester_role text, ${toWorkflow(schema)}`,
      key: ['workflow_id', 'node_id'],
    }),
    ...tenantTable({
      schema,
      name: 'trigger_events',
      columns: `workflow_id text not null, node_id text not null, event_id text not null, is_keyed boolean not null,
        mode text not null, at bigint not null, outcome text not null, run_id text, repeats int not null default 0,
        code text, message text, expires_at bigint not null`,
      key: ['workflow_id', 'node_id', 'event_id'],
    }),
    `create index trigger_events_by_time on ${identifier(schema)}.trigger_events (workflow_id, node_id, at desc)`,
    `create index trigger_events_by_end on ${identifier(schema)}.trigger_events (expires_at, tenant_id)`,
  ],
}

const keyRotations: Migration = {
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

const schedules: Migration = {
  name: '0027-schedules',
  up: ({ schema }) => [
    ...tenantTable({
      schema,
      name: 'schedules',
      columns: `workflow_id text not null, node_id text not null, revision int not null default 0,
        claim int not null default 0, rule_hash text not null, due_at bigint, waiting_at bigint, wake_at bigint,
        last_run_id text, failing_from bigint, ${toWorkflow(schema)}`,
      key: ['workflow_id', 'node_id'],
      isDispatch: true,
    }),
    `create index schedules_due on ${identifier(schema)}.schedules (wake_at) where wake_at is not null`,
    `alter table ${identifier(schema)}.trigger_events add column due_at bigint,
      add column is_backfill boolean not null default false`,
    `create index trigger_events_of_schedules on ${identifier(schema)}.trigger_events
      (tenant_id, workflow_id, node_id, due_at desc) where ${RUN_OF_SCHEDULE}`,
    ...systemTable({ schema, name: 'schedule_looks', columns: 'clock text primary key, looked_at bigint not null' }),
    ...systemTable({
      schema,
      name: 'schedule_outages',
      columns: 'from_at bigint primary key, until_at bigint not null',
    }),
  ],
}

/** Runs and events that were requested in transactions of the host, and events that start runs. */
const startRequests: Migration = {
  name: '0029-start-requests',
  isCompatible: true,
  up: ({ schema }) => [
    ...tenantTable({
      schema,
      name: 'start_requests',
      // No foreign key: a workflow that does not exist is a reason to refuse the request, and not the transaction.
      columns: `request_id text not null, kind text not null, scope text not null, event_key text, run_id text,
        event_type text, subject text, node_id text, happened_at text, serves_waits boolean not null, is_checked boolean not null,
        body text not null, digest text not null, state text not null, attempts int not null, code text, message text, at bigint not null,
        expires_at bigint not null`,
      key: ['request_id'],
    }),
    `create index start_requests_by_time on ${identifier(schema)}.start_requests (kind, tenant_id, at desc, request_id desc)`,
    `create index start_requests_by_end on ${identifier(schema)}.start_requests (expires_at, tenant_id)`,
    ...tenantTable({
      schema,
      name: 'start_request_queue',
      columns: `request_id text not null, target text not null, seq bigint generated by default as identity,
        order_key text, due_at bigint, first_failed_at bigint, attempts int not null`,
      key: ['request_id', 'target'],
      isDispatch: true,
    }),
    `create index start_request_queue_due on ${identifier(schema)}.start_request_queue (due_at, seq)
      where due_at is not null`,
    `create index start_request_queue_order on ${identifier(schema)}.start_request_queue (order_key, tenant_id, seq)
      where order_key is not null`,
    `alter table ${identifier(schema)}.triggers add column event_type text`,
    `create index triggers_by_event on ${identifier(schema)}.triggers (event_type, tenant_id) where event_type is not null`,
    ...START_REQUEST_FUNCTIONS.map((statement) =>
      statement
        .replaceAll('$schema', identifier(schema))
        .replaceAll('$tenants', TENANT_ID_PATTERN.source)
        .replaceAll('$limit', String(MAX_BODY_BYTES)),
    ),
  ],
}

/** Cursors and known ids of polls. */
const polls: Migration = {
  name: '0039-polls',
  isCompatible: true,
  up: ({ schema }) => [
    ...tenantTable({
      schema,
      name: 'polls',
      columns: `workflow_id text not null, node_id text not null, source_hash text not null, cursor text not null,
        seen text, next_at bigint, polled_at bigint, failures int not null, waits int not null, code text, message text,
        foreign key (tenant_id, workflow_id, node_id)
        references ${identifier(schema)}.schedules (tenant_id, workflow_id, node_id) on delete cascade`,
      key: ['workflow_id', 'node_id'],
    }),
  ],
}

/** The rate of the requests of a connection. */
const connectionPaces: Migration = {
  name: '0044-connection-paces',
  isCompatible: true,
  up: ({ schema }) => [
    `alter table ${identifier(schema)}.connections add column paced_until bigint, add column refused_until bigint`,
  ],
}

/** Indexes by which tenants take turns in queues that they share. */
const tenantTurns: Migration = {
  name: '0050-tenant-turns',
  isCompatible: true,
  up: ({ schema }) => [
    `create index start_request_queue_turns on ${identifier(schema)}.start_request_queue (tenant_id, due_at, seq)
      where due_at is not null`,
    `create index event_queue_turns on ${identifier(schema)}.event_queue (tenant_id, due_at) where target = '${HOST}'`,
  ],
}

/** Versions that offer their workflow as a tool, by the name of the tool. */
const tools: Migration = {
  name: '0054-tools',
  isCompatible: true,
  up: ({ schema }) => [
    `alter table ${identifier(schema)}.versions add column tool_name text, add column tool text`,
    `create index versions_by_tool on ${identifier(schema)}.versions (tenant_id, tool_name, workflow_id)
      where tool_name is not null`,
  ],
}

/**
 * The plans that versions refer to, and marks of test versions without a run.
 *
 * @see docs/adr/0105-a-plan-is-marked-before-it-is-deleted.md
 */
const versionMarks: Migration = {
  name: '0060-version-marks',
  isCompatible: true,
  up: ({ schema }) =>
    [
      `create function $schema.plans_of_version(plan text) returns text[] language sql immutable as $body$
  with read as (select ${readableJson('plan')} as plan)
  select array_agg(distinct p.hash) from (
    select read.plan ->> 'planHash' as hash from read
    union all select w.value ->> 'planHash' from read, json_each(read.plan -> 'workflows') as w
  ) as p
$body$`,
      `alter table $schema.versions add column unused_at bigint,
        add column plans text[] not null generated always as ($schema.plans_of_version(plan)) stored`,
    ].map((statement) => statement.replaceAll('$schema', identifier(schema))),
}

/** The node types of polls, by which a source finds the tenants that have some. */
const pollTypes: Migration = {
  name: '0061-poll-types',
  isCompatible: true,
  up: ({ schema }) => [
    `alter table ${identifier(schema)}.schedules add column poll_type text`,
    ...backfill(
      schema,
      'schedules',
      backfill(schema, 'triggers', [
        `update ${identifier(schema)}.schedules s set poll_type = t.node_type from ${identifier(schema)}.triggers t
          where t.tenant_id = s.tenant_id and t.workflow_id = s.workflow_id and t.node_id = s.node_id
            and t.kind = 'poll'`,
      ]),
    ),
  ],
}

/** Longest input of a run, or data of an event, as of a request to the API. */
const MAX_BODY_BYTES = 1_048_576

/** The server's tables; forward only, a migration that has been released never changes. */
export const SERVER_MIGRATIONS = {
  // The runtime has a table of its own.
  table: 'server_migrations',
  migrations: [
    workflows,
    secrets,
    draftAppends,
    connections,
    rollouts,
    rolloutCounts,
    triggers,
    keyRotations,
    schedules,
    startRequests,
    webhooks,
    polls,
    connectionPaces,
    tenantTurns,
    tools,
    versionMarks,
    pollTypes,
  ],
  // Their drafts hold the snapshot in the row that every update writes.
  retired: ['0001-workflows', '0002-secrets', '0003-secret-uses'],
} as const
