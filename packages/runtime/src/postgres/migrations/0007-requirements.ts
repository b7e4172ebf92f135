import type { Migration } from '../migrate.ts'
import { identifier } from '../quote.ts'
import { backfill, tenantTable } from '../table-statements.ts'

/**
 * Runs say what they require of a worker, and nodes with a task queue of their own become rows that the workers of the
 * queue claim.
 *
 * A run keeps its row in `run_ready` until it ends, so that its requirements are written once. The row is free when it
 * has no worker and is `woken`; without either, the run only waits.
 *
 * @see docs/adr/0027-runs-say-what-they-require.md
 */
export const requirements: Migration = {
  name: '0007-requirements',
  up: ({ schema }) =>
    [
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
      `alter table $schema.run_ready add column requires_key text not null default ''`,
      ...backfill(schema, 'run_ready', [`update $schema.run_ready set woken = true where worker_id is null`]),
      'drop index $schema.run_ready_free',
      `create index run_ready_free on $schema.run_ready (tenant_id, requires_key, priority desc, ready_at)
        where worker_id is null and woken`,
      `alter table $schema.workers add column capabilities text[] not null default '{}'`,
      `create or replace ${APPEND_OPERATIONS}`,
    ].map((statement) => statement.replaceAll('$schema', identifier(schema))),
}

// ready_at is when the task waits for a worker: since the decision, or from the next attempt on.
const NODE_DISPATCHES = `
  run_id text not null, node_run_id text not null, pass integer not null, requires_key text not null,
  ready_at bigint not null, is_canceling boolean not null default false, worker_id text,
  foreign key (tenant_id, run_id) references $schema.runs (tenant_id, run_id) on delete cascade`

const NOW = '(extract(epoch from clock_timestamp()) * 1000)::bigint'

const APPEND_OPERATIONS = `function $schema.append_operations(
  p_tenant text, p_run text, p_turn integer, p_operations json
) returns void language plpgsql as $body$
declare
  o json;
begin
  for o in select * from json_array_elements(p_operations) loop
    case o->>'op'
      when 'timer_set' then
        insert into $schema.timers (tenant_id, run_id, timer_id, due_at, fire_at)
          values (p_tenant, p_run, o->>'timerId', (o->>'dueAt')::bigint, (o->>'dueAt')::bigint)
          on conflict (tenant_id, run_id, timer_id) do update set due_at = excluded.due_at, fire_at = excluded.fire_at;
      when 'timer_clear' then
        delete from $schema.timers where tenant_id = p_tenant and run_id = p_run and timer_id = o->>'timerId';
      when 'wait_open' then
        insert into $schema.waits (tenant_id, approval_id, run_id, wait_id, node_run_id, node_id, workflow_id, status,
            wait_for, opened_at, due_at)
          values (p_tenant, o->>'approvalId', p_run, o->>'waitId', o->>'nodeRunId', o->>'nodeId', o->>'workflowId',
            'open', o->>'waitFor', (o->>'openedAt')::bigint, (o->>'dueAt')::bigint);
      when 'wait_close' then
        update $schema.waits set status = o->>'how', closed_at = (o->>'at')::bigint
          where tenant_id = p_tenant and approval_id = o->>'approvalId';
      when 'inbox_consumed' then
        delete from $schema.run_inbox
          where tenant_id = p_tenant and run_id = p_run and message_id = o->>'messageId';
      when 'inbox_clear' then
        delete from $schema.run_inbox where tenant_id = p_tenant and run_id = p_run;
      when 'ready' then
        insert into $schema.run_ready (tenant_id, run_id, ready_at, worker_id, woken, requires_key)
          values (p_tenant, p_run, ${NOW}, o->>'workerId', o->>'workerId' is null, coalesce(o->>'requires', ''))
          on conflict (tenant_id, run_id) do update set woken = true;
      when 'finish' then
        -- Timers first: the claim of due runs locks in this order, too.
        delete from $schema.timers where tenant_id = p_tenant and run_id = p_run;
        delete from $schema.run_ready where tenant_id = p_tenant and run_id = p_run;
        delete from $schema.node_dispatches where tenant_id = p_tenant and run_id = p_run;
      when 'dispatch_add' then
        insert into $schema.node_dispatches (tenant_id, run_id, node_run_id, pass, requires_key, ready_at)
          values (p_tenant, p_run, o->>'nodeRunId', (o->>'pass')::integer, o->>'requires', ${NOW})
          on conflict do nothing;
      when 'dispatch_cancel' then
        -- Due since ever: a worker of any queue takes it, if none runs it.
        update $schema.node_dispatches set is_canceling = true, ready_at = 0
          where tenant_id = p_tenant and run_id = p_run and node_run_id = o->>'nodeRunId'
            and pass = (o->>'pass')::integer;
      when 'dispatch_end' then
        delete from $schema.node_dispatches
          where tenant_id = p_tenant and run_id = p_run and node_run_id = o->>'nodeRunId'
            and pass = (o->>'pass')::integer;
      when 'plan' then
        insert into $schema.plans (tenant_id, plan_hash, data) values (p_tenant, o->>'planHash', o->>'data')
          on conflict do nothing;
      when 'snapshot' then
        insert into $schema.run_snapshots (tenant_id, run_id, seq, data)
          values (p_tenant, p_run, (o->>'seq')::bigint, o->>'data')
          on conflict (tenant_id, run_id) do update set seq = excluded.seq, data = excluded.data
          where run_snapshots.seq < excluded.seq;
      when 'outbox' then
        insert into $schema.outbox (tenant_id, run_id, kind, ready_at)
          values (p_tenant, p_run, o->>'kind', ${NOW} + (o->>'delayMs')::bigint);
      when 'outbox_clear' then
        delete from $schema.outbox where tenant_id = p_tenant and run_id = p_run;
    end case;
  end loop;
end $body$`
