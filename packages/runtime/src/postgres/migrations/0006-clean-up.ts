import type { Migration } from '../migrate.ts'
import { identifier } from '../quote.ts'
import { backfill } from '../table-statements.ts'

/**
 * Rows that have done their work are deleted in the transaction that makes them useless: a message when the run has
 * applied it, everything that waits for a run when the run ends. Readiness is dated by the clock of the database, so a
 * process whose clock is ahead delays nothing. The outbox gets the indexes of its relay and of the end of a run.
 */
export const cleanUp: Migration = {
  name: '0006-clean-up',
  up: ({ schema }) =>
    [
      `create or replace ${APPEND_OPERATIONS}`,
      ...backfill(schema, 'run_inbox', [
        `delete from $schema.run_inbox i using $schema.runs r where r.tenant_id = i.tenant_id and r.run_id = i.run_id
          and (i.consumed_turn is not null or r.finished_at is not null)`,
      ]),
      'alter table $schema.run_inbox drop column consumed_turn',
      'drop index $schema.outbox_ready',
      'create index outbox_tenants on $schema.outbox (tenant_id, ready_at)',
      'create index outbox_runs on $schema.outbox (tenant_id, run_id)',
    ].map((statement) => statement.replaceAll('$schema', identifier(schema))),
}

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
        insert into $schema.run_ready (tenant_id, run_id, ready_at, worker_id, woken)
          values (p_tenant, p_run, ${NOW}, o->>'workerId', o->>'workerId' is null)
          on conflict (tenant_id, run_id) do update set woken = true;
      when 'release' then
        delete from $schema.run_ready
          where tenant_id = p_tenant and run_id = p_run and worker_id = o->>'workerId' and not woken;
      when 'finish' then
        -- Timers first: the claim of due runs locks in this order, too.
        delete from $schema.timers where tenant_id = p_tenant and run_id = p_run;
        delete from $schema.run_ready where tenant_id = p_tenant and run_id = p_run;
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
