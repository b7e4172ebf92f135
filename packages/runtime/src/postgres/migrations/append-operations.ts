const NOW = '(extract(epoch from clock_timestamp()) * 1000)::bigint'

/**
 * Function that changes a row beside the log of one run in the transaction of its append: timers, waits, messages,
 * readiness, plans, snapshots, messages to Temporal. The append functions call it for each of their operations; so do
 * messages without effect, which have no append.
 *
 * It returns true, since plpgsql assigns the result of a function at a fraction of the cost of `perform`. For the same
 * reason it takes one operation: a loop over the elements of a JSON list opens a cursor.
 */
export const APPEND_OPERATION = `
create function $schema.append_operation_v1(p_tenant text, p_run text, o json)
returns boolean language plpgsql as $body$
begin
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
  return true;
end $body$`
