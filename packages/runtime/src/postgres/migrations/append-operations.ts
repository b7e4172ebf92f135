import { FIRST_WATCH_MS } from './first-watch.ts'
import { startsLock } from './starts-lock.ts'

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
create or replace function $schema.append_operation_v1(p_tenant text, p_run text, o json)
returns boolean language plpgsql as $body$
declare
  e record;
  is_done boolean;
begin
  case o->>'op'
    when 'timer_set' then
      insert into $schema.timers (tenant_id, run_id, timer_id, due_at, fire_at)
        values (p_tenant, p_run, o->>'timerId', (o->>'dueAt')::bigint, (o->>'dueAt')::bigint)
        on conflict (tenant_id, run_id, timer_id) do update set due_at = excluded.due_at, fire_at = excluded.fire_at;
    when 'timer_clear' then
      delete from $schema.timers where tenant_id = p_tenant and run_id = p_run and timer_id = o->>'timerId';
    when 'wait_open' then
      insert into $schema.waits (tenant_id, approval_id, run_id, wait_id, node_run_id, node_id, workflow_id, kind,
          status, wait_for, opened_at, due_at, fingerprint, match_key)
        values (p_tenant, o->>'approvalId', p_run, o->>'waitId', o->>'nodeRunId', o->>'nodeId', o->>'workflowId',
          o->>'kind', 'open', o->>'waitFor', (o->>'openedAt')::bigint, (o->>'dueAt')::bigint, o->>'fingerprint',
          o->>'matchKey');
    when 'waits_lock' then
      -- Orders a cancelation and the votes of the run, whose row is locked.
      perform from $schema.waits where tenant_id = p_tenant and run_id = o->>'runId' and status = 'open'
        order by approval_id for update;
    when 'event_lock' then
      -- An event that comes now sees the wait, or its row is seen here.
      perform pg_advisory_xact_lock(hashtextextended(p_tenant || ' ' || (o->>'matchKey'), 0));
    when 'event_match' then
      -- A callback that is awaited again may be received again.
      delete from $schema.event_buffer
        where tenant_id = p_tenant and match_key = o->>'matchKey' and kind = 'callback' and payload is null;
      select * into e from $schema.event_buffer
        where tenant_id = p_tenant and match_key = o->>'matchKey' and payload is not null and expires_at > ${NOW}
        order by position limit 1 for update;
      if found then
        if e.payload_hash is not null then
          insert into $schema.payload_refs (tenant_id, run_id, hash) values (p_tenant, p_run, e.payload_hash)
            on conflict do nothing;
        end if;
        insert into $schema.run_inbox (tenant_id, run_id, message_id, fact, at)
          values (p_tenant, p_run, 'event/' || (o->>'waitId'), json_build_object('type', 'event_received', 'data',
            json_build_object('waitId', o->>'waitId', 'eventId', e.event_id, 'payload', e.payload::json,
              'receivedAt', e.received_at, 'actor', e.actor::json))::text, ${NOW})
          on conflict do nothing;
        update $schema.waits set resolution = json_build_object('eventId', e.event_id)::text
          where tenant_id = p_tenant and approval_id = o->>'approvalId';
        if e.kind = 'connection' then
          -- It ends every wait for this generation of the connection.
          null;
        elsif e.has_id then
          update $schema.event_buffer set payload = null, payload_hash = null, delivered = 1
            where tenant_id = p_tenant and event_id = e.event_id;
        else
          delete from $schema.event_buffer where tenant_id = p_tenant and event_id = e.event_id;
        end if;
      end if;
    when 'event_wake' then
      update $schema.run_ready set woken = true where tenant_id = p_tenant and run_id = p_run and exists (
        select from $schema.run_inbox i
          where i.tenant_id = p_tenant and i.run_id = p_run and i.message_id = 'event/' || (o->>'waitId'));
    when 'event_outbox' then
      insert into $schema.outbox (tenant_id, run_id, kind, ready_at)
        select p_tenant, p_run, 'wake', ${NOW} where exists (
          select from $schema.run_inbox i
            where i.tenant_id = p_tenant and i.run_id = p_run and i.message_id = 'event/' || (o->>'waitId'));
    when 'wait_close' then
      update $schema.waits set status = o->>'how', closed_at = (o->>'at')::bigint
        where tenant_id = p_tenant and approval_id = o->>'approvalId';
    when 'wait_reopen' then
      update $schema.waits set resolution = null
        where tenant_id = p_tenant and approval_id = o->>'approvalId' and status = 'open'
          and resolution::json->>'requestId' = o->>'requestId';
    when 'child_create' then
      insert into $schema.runs (tenant_id, run_id, start_week, trace_id, workflow_id, version, mode, engine, plan_hash,
          semantics, status, turn, next_seq, head_hash, queued_at,
          parent_run_id, parent_node_run_id, parent_wait_id, root_run_id, depth, concurrency_key, rate_key)
        select p_tenant, o->>'runId', (o->>'startWeek')::integer, p.trace_id, o->>'workflowId', o->>'version', p.mode,
            p.engine, o->>'planHash', (o->>'semantics')::integer, 'queued', 0, 1, ''::bytea, (o->>'queuedAt')::bigint,
            p_run, o->>'nodeRunId', o->>'waitId', coalesce(p.root_run_id, p_run), p.depth + 1,
            o->>'concurrencyKey', o->>'rateKey'
          from $schema.runs p where p.tenant_id = p_tenant and p.run_id = p_run
        on conflict do nothing;
    when 'handler_create' then
      insert into $schema.runs (tenant_id, run_id, start_week, trace_id, workflow_id, version, mode, engine, plan_hash,
          semantics, status, turn, next_seq, head_hash, queued_at, handles_run_id, concurrency_key, rate_key)
        select p_tenant, o->>'runId', (o->>'startWeek')::integer, p.trace_id, o->>'workflowId', o->>'version', p.mode,
            p.engine, o->>'planHash', (o->>'semantics')::integer, 'queued', 0, 1, ''::bytea, (o->>'queuedAt')::bigint,
            p_run, o->>'concurrencyKey', o->>'rateKey'
          from $schema.runs p where p.tenant_id = p_tenant and p.run_id = p_run
        on conflict do nothing;
      update $schema.runs set handled_by_run_id = o->>'runId' where tenant_id = p_tenant and run_id = p_run;
    when 'child_begin' then
      -- As a run that a request starts; a child of a test run does not wait.
      is_done := ${startsLock('p_tenant')};
      if (select r.mode from $schema.runs r where r.tenant_id = p_tenant and r.run_id = o->>'runId') = 'live'
          and (o->>'limit' is not null or o->'rate'->>'limit' is not null or exists (
            select from $schema.run_gates g where g.tenant_id = p_tenant and g.workflow_id in ('', o->>'workflowId')))
      then
        insert into $schema.run_admissions (tenant_id, run_id, workflow_id, group_key, max_in_progress, priority,
            is_child, engine, requires_key, rate_key, max_starts, rate_interval_ms)
          values (p_tenant, o->>'runId', o->>'workflowId', o->>'group', (o->>'limit')::integer,
            (o->>'priority')::integer, true, o->>'engine', o->>'requires', coalesce(o->'rate'->>'group', ''),
            (o->'rate'->>'limit')::integer, (o->'rate'->>'intervalMs')::bigint)
          on conflict do nothing;
      elsif o->>'engine' = 'embedded' then
        insert into $schema.run_ready (tenant_id, run_id, ready_at, woken, requires_key, priority)
          values (p_tenant, o->>'runId', ${NOW}, true, o->>'requires', (o->>'priority')::integer)
          on conflict (tenant_id, run_id) do update set woken = true;
      else
        insert into $schema.outbox (tenant_id, run_id, kind, ready_at)
          values (p_tenant, o->>'runId', 'start', ${NOW}), (p_tenant, o->>'runId', 'watch', ${NOW} + ${FIRST_WATCH_MS});
      end if;
    when 'child_unqueue' then
      -- A canceled run leaves the queue without starting: it applies the cancelation and nothing else.
      delete from $schema.run_admissions
        where tenant_id = p_tenant and run_id = o->>'runId' and admitted_at is null;
      if found then
        delete from $schema.run_inbox
          where tenant_id = p_tenant and run_id = o->>'runId' and message_id = 'start';
        insert into $schema.run_ready (tenant_id, run_id, ready_at, woken)
          select p_tenant, r.run_id, ${NOW}, true from $schema.runs r
            where r.tenant_id = p_tenant and r.run_id = o->>'runId' and r.engine = 'embedded'
          on conflict (tenant_id, run_id) do update set woken = true;
      end if;
    when 'rerun' then
      update $schema.runs set rerun_of = o->>'of', rerun_from = o->>'from'
        where tenant_id = p_tenant and run_id = p_run;
    when 'move' then
      update $schema.runs set first_version = coalesce(first_version, version),
          first_plan_hash = coalesce(first_plan_hash, plan_hash), version = o->>'version', plan_hash = o->>'planHash'
        where tenant_id = p_tenant and run_id = p_run;
    when 'engine' then
      update $schema.runs set engine = o->>'engine' where tenant_id = p_tenant and run_id = p_run;
    when 'engine_lock' then
      if (o->>'isExclusive')::boolean then
        perform pg_advisory_xact_lock(hashtextextended('engine ' || p_tenant, 0));
      else
        perform pg_advisory_xact_lock_shared(hashtextextended('engine ' || p_tenant, 0));
      end if;
    when 'unready' then
      delete from $schema.run_ready where tenant_id = p_tenant and run_id = p_run;
    when 'require' then
      update $schema.run_ready set requires_key = o->>'requires' where tenant_id = p_tenant and run_id = p_run;
    when 'payload_ref' then
      insert into $schema.payload_refs (tenant_id, run_id, hash) values (p_tenant, o->>'runId', o->>'hash')
        on conflict do nothing;
    when 'payload_location' then
      -- Only a row that this append has inserted is empty.
      update $schema.payloads set location = o->>'location', data = null
        where tenant_id = p_tenant and hash = o->>'hash' and data = '';
    when 'message' then
      -- A child is locked before its cancelation. A parent is not, except by the foreign key, which waits for no append:
      -- it ends only after it has applied the end of its child.
      insert into $schema.run_inbox (tenant_id, run_id, message_id, fact, at)
        select p_tenant, o->>'runId', o->>'messageId', o->>'fact', (o->>'at')::bigint
          from $schema.runs r
          where r.tenant_id = p_tenant and r.run_id = o->>'runId' and r.finished_at is null
        on conflict do nothing;
    when 'inbox_consumed' then
      delete from $schema.run_inbox
        where tenant_id = p_tenant and run_id = p_run and message_id = o->>'messageId';
    when 'inbox_clear' then
      delete from $schema.run_inbox where tenant_id = p_tenant and run_id = coalesce(o->>'runId', p_run);
    when 'ready' then
      insert into $schema.run_ready (tenant_id, run_id, ready_at, worker_id, woken, requires_key, priority)
        values (p_tenant, coalesce(o->>'runId', p_run), ${NOW}, o->>'workerId', o->>'workerId' is null, coalesce(o->>'requires', ''),
          coalesce((o->>'priority')::integer, 0))
        on conflict (tenant_id, run_id) do update set woken = true;
    when 'wake' then
      -- Ending a run requires no node type, so that a run with types that no worker has can still be canceled.
      update $schema.run_ready set woken = true,
          requires_key = case when (o->>'isCancel')::boolean then split_part(requires_key, '/', 1) else requires_key end
        where tenant_id = p_tenant and run_id = o->>'runId';
      insert into $schema.outbox (tenant_id, run_id, kind, ready_at)
        select p_tenant, r.run_id, 'wake', ${NOW} from $schema.runs r
          where r.tenant_id = p_tenant and r.run_id = o->>'runId' and r.engine = 'temporal' and r.finished_at is null;
    when 'timers_end' then
      -- Before the rows of ready runs, of this run and of others: the claim of due runs locks in this order, too.
      delete from $schema.timers where tenant_id = p_tenant and run_id = p_run;
    when 'finish' then
      -- The run counts against no limit any more.
      delete from $schema.run_admissions where tenant_id = p_tenant and run_id = p_run;
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
        values (p_tenant, coalesce(o->>'runId', p_run), o->>'kind', ${NOW} + (o->>'delayMs')::bigint);
    when 'outbox_clear' then
      delete from $schema.outbox where tenant_id = p_tenant and run_id = p_run;
  end case;
  return true;
end $body$`
