import { PLANNED_ONCE } from '../planned-once.ts'
import { FIRST_LINK, linkOf, nextLink } from './append-link.ts'
import { startsLock } from './starts-lock.ts'

/** Holds back a run of a paused workflow or tenant. */
const HOLD = `
    if o->>'mode' = 'live' then
      is_done := ${startsLock('r_tenant[i]')};
      if exists (
        select from $schema.run_gates g where g.tenant_id = r_tenant[i] and g.workflow_id in ('', o->>'workflowId')
      ) then
        held := held || i;
        continue;
      end if;
    end if;
`

/**
 * Stores appends of many runs and tenants, at most one for each run, ordered by tenant and run. An append without
 * events only stores its operations. Sets the tenants of the batch for the policies, then locks in the order of all
 * transactions: runs, payloads, plans, and the rows that the operations change, each in the order of its key.
 * Operations are ordered by their tables.
 *
 * The runs that the batch cancels are locked with its own; both are in the arrays `k_`, which are null if there are none.
 *
 * The first row of each append is in the arrays of the runs (`r_`), the others of a large one in those of rows (`l_`).
 * Version 2 creates no run of a paused workflow or tenant; its result is `held`. Version 3 stores what has started a run.
 *
 * `l_append`, `y_append`, `n_append` and `o_append` are positions in the arrays of the runs, from 1.
 */
export const appendMany = (version: 1 | 2 | 3): string => `
create function $schema.append_many_v${version}(
  p_role text,
  r_tenant text[], r_run text[], r_expect_turn integer[], r_expect_seq bigint[], r_turns integer[], r_count integer[],
  r_status text[], r_started_at bigint[], r_finished_at bigint[], r_outcome text[], r_output text[], r_error text[],
  r_create text[], r_digest bytea[], r_row_count integer[], r_events text[], r_inlines text[],
  k_tenant text[], k_run text[],
  l_append integer[], l_skip integer[], l_count integer[], l_events text[], l_inlines text[],
  y_append integer[], y_hash text[], y_size bigint[], y_data text[],
  n_append integer[], n_hash text[], n_data text[],
  o_append integer[], o_operations text[],
  out stored integer[], out first_seqs bigint[], out turns_before integer[], out refused integer[], out results text[]
) language plpgsql ${PLANNED_ONCE} as $body$
#variable_conflict use_column
declare
  was text;
  o json;
  present integer[] := '{}';
  held integer[] := '{}';
  tids tid[];
  week integer;
  weeks integer[];
  head bytea;
  heads bytea[];
  place integer;
  is_done boolean;
begin
  if p_role is not null then was := set_config('role', p_role, true); end if;
  was := set_config('tenon.batch', jsonb_object(r_tenant, r_tenant)::text, true);

  stored := '{}';
  if r_create is not null then
    perform $schema.tenant_pads(i.tenant_id) from unnest(r_tenant, r_create) as i(tenant_id, made)
      where i.made is not null
        and not exists (select from $schema.tenant_keys k where k.tenant_id = i.tenant_id);
  end if;
  -- The row of a new run is written once, as it is after its first append.
  for i in 1 .. coalesce(cardinality(r_create), 0) loop
    continue when r_create[i] is null;
    o := r_create[i]::json;
${version === 1 ? '' : HOLD}    insert into $schema.runs (tenant_id, run_id, start_week, trace_id, workflow_id, version, mode, engine, plan_hash,
        semantics, status, turn, next_seq, head_hash, queued_at, started_at, finished_at, outcome, output, error${version < 3 ? '' : ', started_by'})
      values (r_tenant[i], r_run[i], (o->>'startWeek')::integer, o->>'traceId', o->>'workflowId', o->>'version',
        o->>'mode', o->>'engine', o->>'planHash', (o->>'semantics')::integer, r_status[i], r_turns[i], 1 + r_count[i],
        ${linkOf({ tenant: 'r_tenant[i]', ...FIRST_LINK, digest: 'r_digest[i]' })},
        (o->>'queuedAt')::bigint, r_started_at[i], r_finished_at[i], r_outcome[i], r_output[i], r_error[i]${version < 3 ? '' : ", o->>'startedBy'"})
      on conflict do nothing
      returning start_week, head_hash into week, head;
    if found then
      stored := stored || i;
      first_seqs := first_seqs || 1::bigint;
      turns_before := turns_before || 0;
      weeks := weeks || week;
      heads := heads || head;
    else
      present := present || i;
    end if;
  end loop;
  if cardinality(stored) > 0 then
    insert into $schema.run_log (tenant_id, run_id, seq, start_week, last_seq, turn, events, inlines, link)
      select r_tenant[c.append], r_run[c.append], 1, c.week, r_row_count[c.append], 0, r_events[c.append],
        r_inlines[c.append], case when r_row_count[c.append] = r_count[c.append] then c.head end
      from unnest(stored, weeks, heads) as c(append, week, head);
  end if;

  -- In one order with the runs of the appends. A weaker lock would have to be raised for those of them that are here.
  for i in 1 .. coalesce(cardinality(k_run), 0) loop
    perform from $schema.runs r where r.tenant_id = k_tenant[i] and r.run_id = k_run[i] for no key update;
  end loop;
  if cardinality(stored) + cardinality(present) + cardinality(held) < cardinality(r_run) then
    select array_agg(locked.tid order by i.place) into tids
      from unnest(r_tenant, r_run) with ordinality as i(tenant_id, run_id, place)
        left join lateral (
          select r.ctid as tid from $schema.runs r
            where r.tenant_id = i.tenant_id and r.run_id = i.run_id and i.place <> all (stored || present || held)
            for no key update
        ) as locked on true;
    -- By the position of the locked row: a join by the key might be planned to read all rows of a small table.
    with moved as (
      update $schema.runs r set
          turn = r.turn + i.turns, next_seq = r.next_seq + i.events,
          head_hash = case when i.events = 0 then r.head_hash else ${nextLink('r.tenant_id', 'i.digest')} end,
          status = coalesce(i.status, r.status),
          started_at = coalesce(i.started_at, r.started_at), finished_at = coalesce(i.finished_at, r.finished_at),
          outcome = coalesce(i.outcome, r.outcome), output = coalesce(i.output, r.output),
          error = coalesce(i.error, r.error)
        from unnest(tids, r_expect_turn, r_expect_seq, r_turns, r_count, r_status, r_started_at, r_finished_at,
            r_outcome, r_output, r_error, r_digest, r_row_count, r_events, r_inlines) with ordinality
          as i(tid, expect_turn, expect_seq, turns, events, status, started_at, finished_at,
            outcome, output, error, digest, row_events, log, inlines, place)
        where r.ctid = i.tid
          and case when i.expect_turn is null then r.finished_at is null
            else r.turn = i.expect_turn and r.next_seq = coalesce(i.expect_seq, r.next_seq) end
        returning i.place::integer, r.tenant_id, r.run_id, r.start_week, r.head_hash, i.row_events, i.events, i.log, i.inlines,
          r.next_seq - i.events as first_seq, r.turn - i.turns as turn_before
    ), written as (
      insert into $schema.run_log (tenant_id, run_id, seq, start_week, last_seq, turn, events, inlines, link)
        select m.tenant_id, m.run_id, m.first_seq, m.start_week, m.first_seq + m.row_events - 1, m.turn_before, m.log,
          m.inlines, case when m.row_events = m.events then m.head_hash end
        from moved m where m.events > 0
    )
    select stored || array_agg(m.place), first_seqs || array_agg(m.first_seq), turns_before || array_agg(m.turn_before),
        weeks || array_agg(m.start_week), heads || array_agg(m.head_hash)
      from moved m into stored, first_seqs, turns_before, weeks, heads;
  end if;

  if l_append is not null then
    insert into $schema.run_log (tenant_id, run_id, seq, start_week, last_seq, turn, events, inlines, link)
      select r_tenant[l.append], r_run[l.append], first_seqs[l.at] + l.skip, weeks[l.at],
        first_seqs[l.at] + l.skip + l.events - 1, turns_before[l.at], l.log, l.inlines,
        case when l.skip + l.events = r_count[l.append] then heads[l.at] end
      from (
        select l.*, array_position(stored, l.append) as at
          from unnest(l_append, l_skip, l_count, l_events, l_inlines) as l(append, skip, events, log, inlines)
      ) as l
      where l.at is not null;
  end if;
  if y_append is not null then
    insert into $schema.payloads (tenant_id, hash, size, data)
      select distinct on (r_tenant[y.append], y.hash) r_tenant[y.append], y.hash, y.size, y.data
        from unnest(y_append, y_hash, y_size, y_data) as y(append, hash, size, data)
        where y.append = any (stored) order by 1, 2
      -- Locks a stored one, so that it is not deleted before the reference to it is stored.
      on conflict (tenant_id, hash) do update set size = excluded.size where false;
    insert into $schema.payload_refs (tenant_id, run_id, hash)
      select distinct r_tenant[y.append], r_run[y.append], y.hash from unnest(y_append, y_hash) as y(append, hash)
        where y.append = any (stored) order by 1, 2, 3
      on conflict do nothing;
  end if;
  if n_append is not null then
    insert into $schema.plans (tenant_id, plan_hash, data)
      select distinct on (r_tenant[n.append], n.hash) r_tenant[n.append], n.hash, n.data
        from unnest(n_append, n_hash, n_data) as n(append, hash, data)
        where n.append = any (stored) order by 1, 2
      on conflict do nothing;
  end if;
  for i in 1 .. coalesce(cardinality(o_append), 0) loop
    place := array_position(stored, o_append[i]);
    continue when place is null;
    was := set_config('tenon.tenant', r_tenant[o_append[i]], true);
    is_done := $schema.append_operation_v1(r_tenant[o_append[i]], r_run[o_append[i]], o_operations[i]::json);
  end loop;

  if cardinality(stored) < cardinality(r_run) then
    select array_agg(i.place::integer), array_agg(case when i.place = any (present) then 'exists' when i.place = any (held) then 'held'
        when i.tid is null then 'missing' when i.expect_turn is null then 'closed' else 'conflict' end)
      from unnest(tids, r_expect_turn) with ordinality as i(tid, expect_turn, place)
      where i.place <> all (stored)
      into refused, results;
  end if;
end $body$`
