import { identifier, type Migration, readableJson, tenantTable } from '@tenon/runtime/postgres'
import { APPEND_DRAFT } from './append-draft-function.ts'
import { connectionPaces, connections, keyRotations, secrets } from './connection-migrations.ts'
import { LISTED_WORKFLOW } from './server-tables.ts'
import { polls, pollTypes, schedules, startRequests, tenantTurns, triggers } from './trigger-migrations.ts'
import { webhooks } from './webhook-migration.ts'
import { toWorkflow } from './workflow-key.ts'

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

const draftAppends: Migration = {
  name: '0003-draft-appends',
  up: ({ schema }) => [APPEND_DRAFT.replaceAll('$schema', identifier(schema))],
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
