import type { Migration } from '../migrate.ts'
import { PLANNED_ONCE } from '../planned-once.ts'
import { identifier } from '../quote.ts'
import { FIRST_LINK, linkOf, nextLink } from './append-link.ts'
import { appendMany } from './append-many.ts'
import { APPEND_OPERATION } from './append-operations.ts'
import { startsLock } from './starts-lock.ts'

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
    [TENANT_KEY, APPEND_OPERATION, appendCreate(1), APPEND_ONE, appendMany(1)].map((statement) =>
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

/** Statements that execute the operations of a lone append. */
const STORE_OPERATIONS = `
  if p_operations is not null then
    foreach operation in array p_operations loop
      is_done := $schema.append_operation_v1(p_tenant, p_run, operation::json);
    end loop;
  end if;`

const FIRST_LINK_OF_RUN = linkOf({ tenant: 'p_tenant', ...FIRST_LINK, digest: 'p_digest' })

/** Holds back a run of a paused workflow or tenant. */
const HOLD = `
  if p_mode = 'live' then
    is_done := ${startsLock('p_tenant')};
    if exists (select from $schema.run_gates g where g.tenant_id = p_tenant and g.workflow_id in ('', p_workflow)) then
      result := 'held';
      return;
    end if;
  end if;
`

/**
 * Creates a run with its first append. The row is written once, as it is after that append. Scalars and assignments cost
 * less than the sets of `append_many_v1`. Version 2 creates no run of a paused workflow or tenant; its result is `held`.
 * Version 3 stores what has started the run.
 */
export const appendCreate = (version: 1 | 2 | 3): string => `
create function $schema.append_create_v${version}(
  p_role text, p_tenant text, p_run text, p_start_week integer, p_trace text, p_workflow text, p_version text,
  p_mode text, p_engine text, p_plan_hash text, p_semantics integer, p_queued_at bigint,
  p_turns integer, p_count integer, p_status text, p_started_at bigint,${version < 3 ? '' : ' p_started_by text,'} p_finished_at bigint, p_outcome text,
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
${version === 1 ? '' : HOLD}  -- Null before the first run of a tenant. One search for its key: checking for it first costs as much again.
  head := ${FIRST_LINK_OF_RUN};
  if head is null then
    perform $schema.tenant_pads(p_tenant);
    head := ${FIRST_LINK_OF_RUN};
  end if;
  first_seq := 1;
  turn_before := 0;
  insert into $schema.runs (tenant_id, run_id, start_week, trace_id, workflow_id, version, mode, engine, plan_hash,
      semantics, status, turn, next_seq, head_hash, queued_at, started_at, finished_at, outcome, output, error${version < 3 ? '' : ', started_by'})
    values (p_tenant, p_run, p_start_week, p_trace, p_workflow, p_version, p_mode, p_engine, p_plan_hash, p_semantics,
      p_status, p_turns, 1 + p_count, head, p_queued_at, p_started_at, p_finished_at, p_outcome, p_output, p_error${version < 3 ? '' : ', p_started_by'})
    on conflict do nothing;
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
      turn = r.turn + p_turns, next_seq = r.next_seq + p_count, head_hash = ${nextLink('p_tenant', 'p_digest')},
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
