import type { Migration } from '../migrate.ts'
import { identifier } from '../quote.ts'

/**
 * The one way into the run log. A call takes the appends of many runs of many tenants; for each it sets the tenant, so
 * that RLS checks every row, compares the turn, numbers the events under the lock of the run row, and links the append
 * into the run's hash chain by the tenant's key. It answers with a status for each: `ok`, `conflict` (another turn was
 * faster), `closed` (observations of a run that has ended), `missing` or `exists` (a run to be made).
 */
export const append: Migration = {
  name: '0004-append',
  up: ({ schema }) =>
    [TENANT_KEY, APPEND_OPERATIONS, `create ${appendFunction('turn = r_expect[i]')}`].map((statement) =>
      statement.replaceAll('$schema', identifier(schema)),
    ),
}

/**
 * Fences the start of attempts: a start moves no turn, so an append may also name the `seq` that it expects to write
 * (`expectSeq` in its row). Of two processes that start the same attempt, one gets `conflict`.
 */
export const fencedAppend: Migration = {
  name: '0005-fenced-append',
  up: ({ schema }) => {
    const fence = `turn = r_expect[i] and next_seq = coalesce((o->>'expectSeq')::bigint, next_seq)`
    return [`create or replace ${appendFunction(fence)}`.replaceAll('$schema', identifier(schema))]
  },
}

const TENANT_KEY = `
create function $schema.tenant_pads(p_tenant text) returns $schema.tenant_keys language plpgsql as $body$
declare
  found_key $schema.tenant_keys;
  secret bytea;
  inner_bytes bytea := decode(repeat('36', 64), 'hex');
  outer_bytes bytea := decode(repeat('5c', 64), 'hex');
begin
  select * into found_key from $schema.tenant_keys where tenant_id = p_tenant;
  if found then return found_key; end if;
  secret := sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()));
  for i in 0 .. 31 loop
    inner_bytes := set_byte(inner_bytes, i, get_byte(inner_bytes, i) # get_byte(secret, i));
    outer_bytes := set_byte(outer_bytes, i, get_byte(outer_bytes, i) # get_byte(secret, i));
  end loop;
  insert into $schema.tenant_keys (tenant_id, inner_pad, outer_pad, created_at)
    values (p_tenant, inner_bytes, outer_bytes, (extract(epoch from clock_timestamp()) * 1000)::bigint)
    on conflict do nothing;
  select * into found_key from $schema.tenant_keys where tenant_id = p_tenant;
  return found_key;
end $body$`

const APPEND_OPERATIONS = `
create function $schema.append_operations(p_tenant text, p_run text, p_turn integer, p_operations json)
returns void language plpgsql as $body$
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
        update $schema.run_inbox set consumed_turn = p_turn
          where tenant_id = p_tenant and run_id = p_run and message_id = o->>'messageId';
      when 'ready' then
        insert into $schema.run_ready (tenant_id, run_id, ready_at, worker_id, poked)
          values (p_tenant, p_run, (o->>'readyAt')::bigint, o->>'workerId', o->>'workerId' is null)
          on conflict (tenant_id, run_id) do update set poked = true;
      when 'release' then
        delete from $schema.run_ready
          where tenant_id = p_tenant and run_id = p_run and worker_id = o->>'workerId' and not poked;
      when 'finish' then
        -- Timers first: whoever makes due runs ready locks in this order, too.
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
          values (p_tenant, p_run, o->>'kind', (o->>'readyAt')::bigint);
    end case;
  end loop;
end $body$`

/** @param expectation - Condition on the run row under which an append that is no mere observation may be stored. */
const appendFunction = (expectation: string): string => `function $schema.append(
  p_role text,
  r_tenant text[], r_run text[], r_kind text[], r_expect integer[], r_turns integer[], r_events integer[],
  r_status text[], r_digest text[], r_row text[], r_operations text[],
  e_turn integer[], e_class text[], e_id text[], e_type text[], e_node text[], e_at bigint[], e_cause integer[],
  e_data text[],
  y_run integer[], y_hash text[], y_size bigint[], y_data text[]
) returns table (place integer, result text, first_seq bigint, turn_before integer)
language plpgsql as $body$
declare
  pads $schema.tenant_keys;
  o json;
  first_event integer := 0;
  week integer;
  head text;
begin
  if p_role is not null then perform set_config('role', p_role, true); end if;
  for i in 1 .. cardinality(r_run) loop
    place := i;
    if pads.tenant_id is distinct from r_tenant[i] then
      perform set_config('tenon.tenant', r_tenant[i], true);
      pads := $schema.tenant_pads(r_tenant[i]);
    end if;

    if r_kind[i] = 'create' then
      o := r_row[i]::json;
      insert into $schema.runs (tenant_id, run_id, start_week, trace_id, workflow_id, version, mode, engine, plan_hash,
          semantics, status, turn, next_seq, head_hash, queued_at)
        values (r_tenant[i], r_run[i], (o->>'startWeek')::integer, o->>'traceId', o->>'workflowId', o->>'version',
          o->>'mode', o->>'engine', o->>'planHash', (o->>'semantics')::integer, 'queued', 0, 1, '',
          (o->>'queuedAt')::bigint)
        on conflict do nothing;
      if not found then
        result := 'exists';
        return next;
        first_event := first_event + r_events[i];
        continue;
      end if;
    end if;

    o := r_row[i]::json;
    update $schema.runs set
        turn = turn + r_turns[i],
        next_seq = next_seq + r_events[i],
        head_hash = encode(sha256(pads.outer_pad || sha256(pads.inner_pad ||
          convert_to(head_hash || '.' || next_seq || '.' || r_digest[i], 'UTF8'))), 'hex'),
        status = coalesce(r_status[i], status),
        started_at = coalesce((o->>'startedAt')::bigint, started_at),
        finished_at = coalesce((o->>'finishedAt')::bigint, finished_at),
        outcome = coalesce(o->>'outcome', outcome),
        output = coalesce(o->>'output', output),
        error = coalesce(o->>'error', error)
      where tenant_id = r_tenant[i] and run_id = r_run[i]
        and case when r_kind[i] = 'observe' then finished_at is null else ${expectation} end
      returning start_week, head_hash, next_seq - r_events[i], turn - r_turns[i]
      into week, head, first_seq, turn_before;
    if not found then
      perform 1 from $schema.runs where tenant_id = r_tenant[i] and run_id = r_run[i];
      result := case when not found then 'missing' when r_kind[i] = 'observe' then 'closed' else 'conflict' end;
      return next;
      first_event := first_event + r_events[i];
      continue;
    end if;

    insert into $schema.run_events (tenant_id, run_id, seq, start_week, turn, class, event_id, type, node_run_id, at,
        cause, data, link)
      select r_tenant[i], r_run[i], first_seq + k - 1, week, turn_before + e_turn[first_event + k],
        e_class[first_event + k], e_id[first_event + k], e_type[first_event + k], e_node[first_event + k],
        e_at[first_event + k], first_seq + e_cause[first_event + k], e_data[first_event + k],
        case when k = r_events[i] then head end
      from generate_series(1, r_events[i]) as k;
    first_event := first_event + r_events[i];

    if i = any (y_run) then
      insert into $schema.payloads (tenant_id, hash, size, data)
        select distinct on (y_hash[k]) r_tenant[i], y_hash[k], y_size[k], y_data[k]
        from generate_subscripts(y_run, 1) as k where y_run[k] = i
        on conflict do nothing;
      insert into $schema.payload_refs (tenant_id, run_id, hash)
        select distinct r_tenant[i], r_run[i], y_hash[k]
        from generate_subscripts(y_run, 1) as k where y_run[k] = i
        on conflict do nothing;
    end if;
    result := 'ok';
    if r_operations[i] is not null then
      perform $schema.append_operations(r_tenant[i], r_run[i], turn_before + r_turns[i], r_operations[i]::json);
    end if;
    return next;
  end loop;
end $body$`
