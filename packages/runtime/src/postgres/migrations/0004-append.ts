import type { Migration } from '../migrate.ts'
import { PLANNED_ONCE } from '../planned-once.ts'
import { identifier } from '../quote.ts'
import { APPEND_OPERATION } from './append-operations.ts'

/**
 * Creates the functions that write the run log. They compare the turn, number the events under the lock of the run
 * row, link the append into the run's hash chain under the tenant's key, and return one result for each append: `ok`,
 * `conflict` (another turn was faster), `closed` (observations of a run that has ended), `missing`, or `exists` (a run
 * to be created).
 *
 * The start of an attempt does not change the turn. To fence it, an append may also contain the expected `seq`.
 *
 * Their names end in a version: a later version of this package adds functions, and processes of this one continue to
 * call these.
 *
 * @see docs/adr/0019-stored-format-of-the-run-log.md
 */
export const append: Migration = {
  name: '0004-run-appends',
  up: ({ schema }) =>
    [TENANT_KEY, APPEND_OPERATION, APPEND_CREATE, APPEND_ONE, APPEND_MANY].map((statement) =>
      statement.replaceAll('$schema', identifier(schema)),
    ),
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

/**
 * Returns the SQL of HMAC-SHA-256 under the tenant's key, with precomputed pads, over the previous link, the first
 * `seq` and the digest, each an SQL expression.
 */
const linkOf = (of: { tenant: string; head: string; seq: string; digest: string }): string =>
  `(select sha256(k.outer_pad || sha256(k.inner_pad || ${of.head} || int8send(${of.seq}) || ${of.digest}))
        from $schema.tenant_keys k where k.tenant_id = ${of.tenant})`

/** Returns the SQL of the next link of the run in the row `r`. */
const link = (tenant: string, digest: string): string =>
  linkOf({ tenant, head: 'r.head_hash', seq: 'r.next_seq', digest })

/** Statements that execute the operations of a lone append. */
const STORE_OPERATIONS = `
  if p_operations is not null then
    foreach operation in array p_operations loop
      is_done := $schema.append_operation_v1(p_tenant, p_run, operation::json);
    end loop;
  end if;`

/**
 * Creates a run with its first append. The row is written once, as it is after that append. Scalars and assignments cost
 * less than the sets of `append_many_v1`.
 */
const APPEND_CREATE = `
create function $schema.append_create_v1(
  p_role text, p_tenant text, p_run text, p_start_week integer, p_trace text, p_workflow text, p_version text,
  p_mode text, p_engine text, p_plan_hash text, p_semantics integer, p_queued_at bigint,
  p_turns integer, p_count integer, p_status text, p_started_at bigint, p_finished_at bigint, p_outcome text,
  p_output text, p_error text, p_digest bytea, p_events text, p_inlines text, p_operations text[],
  out result text, out first_seq bigint, out turn_before integer
) language plpgsql ${PLANNED_ONCE} as $body$
declare
  was text;
  head bytea;
  operation text;
  is_done boolean;
begin
  if p_role is not null then was := set_config('role', p_role, true); end if;
  was := set_config('tenon.tenant', p_tenant, true);
  -- Only for a tenant's first run, since a call costs several times as much as the search.
  perform from $schema.tenant_keys k where k.tenant_id = p_tenant;
  if not found then perform $schema.tenant_pads(p_tenant); end if;
  first_seq := 1;
  turn_before := 0;
  insert into $schema.runs (tenant_id, run_id, start_week, trace_id, workflow_id, version, mode, engine, plan_hash,
      semantics, status, turn, next_seq, head_hash, queued_at, started_at, finished_at, outcome, output, error)
    values (p_tenant, p_run, p_start_week, p_trace, p_workflow, p_version, p_mode, p_engine, p_plan_hash, p_semantics,
      p_status, p_turns, 1 + p_count, ${linkOf({ tenant: 'p_tenant', head: `''::bytea`, seq: '1::bigint', digest: 'p_digest' })},
      p_queued_at, p_started_at, p_finished_at, p_outcome, p_output, p_error)
    on conflict do nothing
    returning head_hash into head;
  if not found then
    result := 'exists';
    return;
  end if;
  insert into $schema.run_log (tenant_id, run_id, seq, start_week, last_seq, turn, events, inlines, link)
    values (p_tenant, p_run, 1, p_start_week, p_count, 0, p_events, p_inlines, head);
${STORE_OPERATIONS}
  result := 'ok';
end $body$`

/**
 * Stores one append of a run that exists. Scalars and assignments cost less than the sets of `append_many_v1`.
 * `p_expect_turn` is null for observations.
 */
const APPEND_ONE = `
create function $schema.append_one_v1(
  p_role text, p_tenant text, p_run text, p_expect_turn integer, p_expect_seq bigint, p_turns integer, p_count integer,
  p_status text, p_finished_at bigint, p_outcome text, p_output text, p_error text,
  p_digest bytea, p_events text, p_inlines text, p_operations text[],
  out result text, out first_seq bigint, out turn_before integer
) language plpgsql ${PLANNED_ONCE} as $body$
declare
  was text;
  week integer;
  head bytea;
  operation text;
  is_done boolean;
begin
  if p_role is not null then was := set_config('role', p_role, true); end if;
  was := set_config('tenon.tenant', p_tenant, true);
  update $schema.runs r set
      turn = r.turn + p_turns, next_seq = r.next_seq + p_count, head_hash = ${link('p_tenant', 'p_digest')},
      status = coalesce(p_status, r.status), finished_at = coalesce(p_finished_at, r.finished_at),
      outcome = coalesce(p_outcome, r.outcome), output = coalesce(p_output, r.output),
      error = coalesce(p_error, r.error)
    where r.tenant_id = p_tenant and r.run_id = p_run
      and case when p_expect_turn is null then r.finished_at is null
        else r.turn = p_expect_turn and r.next_seq = coalesce(p_expect_seq, r.next_seq) end
    returning r.start_week, r.head_hash, r.next_seq - p_count, r.turn - p_turns
    into week, head, first_seq, turn_before;
  if not found then
    perform from $schema.runs r where r.tenant_id = p_tenant and r.run_id = p_run;
    result := case when not found then 'missing' when p_expect_turn is null then 'closed' else 'conflict' end;
    return;
  end if;
  insert into $schema.run_log (tenant_id, run_id, seq, start_week, last_seq, turn, events, inlines, link)
    values (p_tenant, p_run, first_seq, week, first_seq + p_count - 1, turn_before, p_events, p_inlines, head);
${STORE_OPERATIONS}
  result := 'ok';
end $body$`

/**
 * Stores appends of many runs and tenants, at most one for each run, ordered by tenant and run. An append without
 * events only stores its operations. Sets the tenants of the batch for the policies, then locks in the order of all
 * transactions: runs, payloads, plans, and the rows that the operations change, each in the order of its key.
 * Operations are ordered by their tables.
 *
 * The first row of each append is in the arrays of the runs (`r_`), the others of a large one in those of rows (`l_`).
 * `l_append`, `y_append`, `n_append` and `o_append` are positions in the arrays of the runs, from 1.
 */
const APPEND_MANY = `
create function $schema.append_many_v1(
  p_role text,
  r_tenant text[], r_run text[], r_expect_turn integer[], r_expect_seq bigint[], r_turns integer[], r_count integer[],
  r_status text[], r_started_at bigint[], r_finished_at bigint[], r_outcome text[], r_output text[], r_error text[],
  r_create text[], r_digest bytea[], r_row_count integer[], r_events text[], r_inlines text[],
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
  tids tid[];
  weeks integer[];
  heads bytea[];
  place integer;
  is_done boolean;
begin
  if p_role is not null then was := set_config('role', p_role, true); end if;
  was := set_config('tenon.batch', jsonb_object(r_tenant, r_tenant)::text, true);

  for i in 1 .. coalesce(cardinality(r_create), 0) loop
    continue when r_create[i] is null;
    o := r_create[i]::json;
    was := set_config('tenon.tenant', r_tenant[i], true);
    -- Only for a tenant's first run, since a call costs several times as much as the search.
    perform from $schema.tenant_keys k where k.tenant_id = r_tenant[i];
    if not found then perform $schema.tenant_pads(r_tenant[i]); end if;
    insert into $schema.runs (tenant_id, run_id, start_week, trace_id, workflow_id, version, mode, engine, plan_hash,
        semantics, status, turn, next_seq, head_hash, queued_at)
      values (r_tenant[i], r_run[i], (o->>'startWeek')::integer, o->>'traceId', o->>'workflowId', o->>'version',
        o->>'mode', o->>'engine', o->>'planHash', (o->>'semantics')::integer, 'queued', 0, 1, '',
        (o->>'queuedAt')::bigint)
      on conflict do nothing;
    if not found then present := present || i; end if;
  end loop;

  select array_agg(locked.tid order by i.place) into tids
    from unnest(r_tenant, r_run) with ordinality as i(tenant_id, run_id, place)
      left join lateral (
        select r.ctid as tid from $schema.runs r where r.tenant_id = i.tenant_id and r.run_id = i.run_id
          for no key update
      ) as locked on true;
  -- By the position of the locked row: a join by the key might be planned to read all rows of a small table.
  with moved as (
    update $schema.runs r set
        turn = r.turn + i.turns, next_seq = r.next_seq + i.events,
        head_hash = case when i.events = 0 then r.head_hash else ${link('r.tenant_id', 'i.digest')} end,
        status = coalesce(i.status, r.status),
        started_at = coalesce(i.started_at, r.started_at), finished_at = coalesce(i.finished_at, r.finished_at),
        outcome = coalesce(i.outcome, r.outcome), output = coalesce(i.output, r.output),
        error = coalesce(i.error, r.error)
      from unnest(tids, r_expect_turn, r_expect_seq, r_turns, r_count, r_status, r_started_at, r_finished_at,
          r_outcome, r_output, r_error, r_digest, r_row_count, r_events, r_inlines) with ordinality
        as i(tid, expect_turn, expect_seq, turns, events, status, started_at, finished_at,
          outcome, output, error, digest, row_events, log, inlines, place)
      where r.ctid = i.tid and i.place <> all (present)
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
  select array_agg(m.place), array_agg(m.first_seq), array_agg(m.turn_before), array_agg(m.start_week),
      array_agg(m.head_hash)
    from moved m into stored, first_seqs, turns_before, weeks, heads;

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
      on conflict do nothing;
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

  if coalesce(cardinality(stored), 0) < cardinality(r_run) then
    select array_agg(i.place::integer), array_agg(case when i.tid is null then 'missing'
        when i.place = any (present) then 'exists' when i.expect_turn is null then 'closed' else 'conflict' end)
      from unnest(tids, r_expect_turn) with ordinality as i(tid, expect_turn, place)
      where stored is null or i.place <> all (stored)
      into refused, results;
  end if;
end $body$`
