import { LIST_CONDITIONS } from '../list-conditions.ts'
import type { Migration } from '../migrate.ts'
import { identifier } from '../quote.ts'
import { systemTable, tenantTable } from '../table-statements.ts'

/**
 * Creates the tables of runs, their log, and the data that the log refers to. Instants are milliseconds since the Unix
 * epoch.
 */
export const runLog: Migration = {
  name: '0001-runs',
  up: ({ schema }) =>
    [
      ...tenantTable({ schema, name: 'canary', columns: 'probe text not null', key: ['probe'] }),
      ...tenantTable({
        schema,
        name: 'tenant_keys',
        columns: 'inner_pad bytea not null, outer_pad bytea not null, created_at bigint not null',
        key: [],
        isBatched: true,
      }),
      ...tenantTable({
        schema,
        name: 'runs',
        columns: RUNS,
        key: ['run_id'],
        indexes: ['tenant_id', 'tenant_id, workflow_id', 'tenant_id, status']
          .map((columns) => `(${columns}, queued_at) where ${LIST_CONDITIONS.runs}`)
          .concat(
            // For the runs that a run has started, and for the tree below a run: few runs have a parent.
            '(parent_run_id, tenant_id, queued_at) where parent_run_id is not null',
            '(root_run_id, tenant_id, queued_at) where root_run_id is not null',
          ),
        suffix: 'with (fillfactor = 70)',
        isBatched: true,
      }),
      ...tenantTable({
        schema,
        name: 'run_log',
        columns: RUN_LOG,
        key: ['run_id', 'seq', 'start_week'],
        suffix: 'partition by range (start_week)',
        isBatched: true,
      }),
      ...logPartition(schema, 'run_log_default', 'default'),
      ...tenantTable({
        schema,
        name: 'run_snapshots',
        columns: `run_id text not null, seq bigint not null, data text not null, ${RUN_KEY}`,
        key: ['run_id'],
      }),
      ...tenantTable({
        schema,
        name: 'payloads',
        columns: 'hash text not null, size bigint not null, data text not null',
        key: ['hash'],
        isBatched: true,
      }),
      ...tenantTable({
        schema,
        name: 'payload_refs',
        columns: `run_id text not null, hash text not null, ${RUN_KEY},
        foreign key (tenant_id, hash) references ${identifier(schema)}.payloads (tenant_id, hash)`,
        key: ['run_id', 'hash'],
        indexes: ['(hash, tenant_id)'],
        isBatched: true,
      }),
      ...tenantTable({
        schema,
        name: 'plans',
        columns: 'plan_hash text not null, data text not null',
        key: ['plan_hash'],
        isBatched: true,
      }),
    ].map((statement) => statement.replaceAll('$schema', identifier(schema))),
}

/** Creates the tables of waits, votes and messages of runs. */
export const runWaits: Migration = {
  name: '0002-run-waits',
  up: ({ schema }) =>
    [
      ...tenantTable({
        schema,
        name: 'waits',
        columns: WAITS,
        key: ['approval_id'],
        indexes: [
          '(run_id, tenant_id)',
          `(tenant_id, kind, status, opened_at) where ${LIST_CONDITIONS.waits}`,
          `(tenant_id, workflow_id, fingerprint, opened_at, approval_id) where ${LIST_CONDITIONS.openParked}`,
        ],
      }),
      ...tenantTable({ schema, name: 'wait_votes', columns: WAIT_VOTES, key: ['approval_id', 'user_id'] }),
      ...tenantTable({ schema, name: 'run_inbox', columns: RUN_INBOX, key: ['run_id', 'message_id'] }),
    ].map((statement) => statement.replaceAll('$schema', identifier(schema))),
}

/**
 * Creates the dispatch tables: ids, times and leases only, read across tenants.
 *
 * A run keeps its row in `run_ready` until it ends, so that its requirements are written once. The row is free when it
 * has no worker and is `woken`; without either, the run only waits. A node with a task queue of its own has a row in
 * `node_dispatches` that the workers of the queue claim.
 *
 * @see docs/adr/0027-runs-say-what-they-require.md
 */
export const runDispatch: Migration = {
  name: '0003-run-dispatch',
  up: ({ schema }) =>
    [
      ...tenantTable({ schema, name: 'run_ready', columns: RUN_READY, key: ['run_id'], isDispatch: true }),
      `create index run_ready_free on $schema.run_ready (tenant_id, requires_key, priority desc, ready_at)
        where worker_id is null and woken`,
      `create index run_ready_owned on $schema.run_ready (worker_id) where worker_id is not null`,
      ...DELETE_READY,
      ...tenantTable({ schema, name: 'timers', columns: TIMERS, key: ['run_id', 'timer_id'], isDispatch: true }),
      `create index timers_due on $schema.timers (fire_at)`,
      ...tenantTable({ schema, name: 'outbox', columns: OUTBOX, key: ['outbox_id'], isDispatch: true }),
      `create index outbox_tenants on $schema.outbox (tenant_id, ready_at)`,
      `create index outbox_runs on $schema.outbox (run_id, tenant_id)`,
      ...tenantTable({
        schema,
        name: 'run_requirements',
        columns: 'requires_key text not null, capabilities text[] not null',
        key: ['requires_key'],
        isDispatch: true,
      }),
      ...tenantTable({
        schema,
        name: 'node_dispatches',
        columns: NODE_DISPATCHES,
        key: ['run_id', 'node_run_id', 'pass'],
        isDispatch: true,
      }),
      `create index node_dispatches_free on $schema.node_dispatches (tenant_id, requires_key, ready_at) where worker_id is null`,
      `create index node_dispatches_due on $schema.node_dispatches (ready_at) where worker_id is null`,
      `create index node_dispatches_owned on $schema.node_dispatches (worker_id) where worker_id is not null`,
      ...systemTable({
        schema,
        name: 'workers',
        columns: WORKERS,
      }),
      `create index workers_lease on $schema.workers (lease_until)`,
    ].map((statement) => statement.replaceAll('$schema', identifier(schema))),
}

const RUN_KEY = 'foreign key (tenant_id, run_id) references $schema.runs (tenant_id, run_id) on delete cascade'

const RUNS = `
  run_id text not null, start_week integer not null, trace_id text not null,
  workflow_id text not null, version text not null, mode text not null, engine text not null,
  plan_hash text not null, semantics integer not null, priority integer not null default 0,
  status text not null, turn integer not null, next_seq bigint not null, head_hash bytea not null,
  queued_at bigint not null, started_at bigint, finished_at bigint,
  outcome text, output text, error text,
  parent_run_id text, parent_node_run_id text, parent_wait_id text, root_run_id text, depth integer not null default 0`

// One row for each append. No foreign key to runs and no second index: this is the hot path, and the append updates the
// run row anyway.
const RUN_LOG = `
  run_id text not null, seq bigint not null, start_week integer not null, last_seq bigint not null,
  turn integer not null, events text not null, inlines text, link bytea`

const WORKERS = `
  worker_id text primary key, started_at bigint not null, lease_until bigint not null,
  capabilities text[] not null default '{}'`

// fingerprint: of a parked node run. resolution: accepted for it, which the run may have yet to apply.
const WAITS = `
  approval_id text not null, run_id text not null, wait_id text not null, node_run_id text not null,
  node_id text not null, workflow_id text not null, kind text not null, status text not null, wait_for text not null,
  opened_at bigint not null, due_at bigint, closed_at bigint, fingerprint text, resolution text, ${RUN_KEY}`

const WAIT_VOTES = `
  approval_id text not null, user_id text not null, vote text not null, at bigint not null,
  foreign key (tenant_id, approval_id) references $schema.waits (tenant_id, approval_id) on delete cascade`

const RUN_INBOX = `
  run_id text not null, message_id text not null, position bigint generated always as identity,
  fact text not null, at bigint not null, ${RUN_KEY}`

// Without a foreign key: an append inserts the row in the transaction that holds the row of the run, and checking that
// again is a fifth of the cost of a start. The trigger deletes the row with the run, as the key would.
const RUN_READY = `
  run_id text not null, priority integer not null default 0, requires_key text not null default '',
  ready_at bigint not null, worker_id text, woken boolean not null default false`

const DELETE_READY = [
  `create function $schema.delete_run_ready() returns trigger language plpgsql as $body$
begin
  delete from $schema.run_ready where tenant_id = old.tenant_id and run_id = old.run_id;
  return null;
end $body$`,
  `create trigger delete_run_ready after delete on $schema.runs
    for each row execute function $schema.delete_run_ready()`,
]

// ready_at: time from which the node waits for a worker, after the decision or from the next attempt on.
const NODE_DISPATCHES = `
  run_id text not null, node_run_id text not null, pass integer not null, requires_key text not null,
  ready_at bigint not null, is_canceling boolean not null default false, worker_id text, ${RUN_KEY}`

// fire_at: time at which a worker should check; it is moved while one is checking. due_at never changes.
const TIMERS = `
  run_id text not null, timer_id text not null, due_at bigint not null, fire_at bigint not null, ${RUN_KEY}`

// health: obstacle of the run at the last check of its shell.
const OUTBOX = `
  outbox_id bigint generated always as identity, run_id text not null, kind text not null,
  ready_at bigint not null, attempts integer not null default 0, health text`

/**
 * Returns the statements of a partition, which is readable through its parent only: RLS without a policy hides all rows
 * from direct readers.
 */
export function logPartition(schema: string, name: string, bounds: string): readonly string[] {
  const table = `${identifier(schema)}.${identifier(name)}`
  return [
    `create table ${table} partition of ${identifier(schema)}.run_log ${bounds}`,
    `alter table ${table} enable row level security`,
    `alter table ${table} force row level security`,
  ]
}
