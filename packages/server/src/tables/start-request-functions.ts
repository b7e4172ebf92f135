/**
 * Functions that store a start request in the transaction of their caller; `$schema` is the schema of the tables, and
 * `$tenants` the pattern of tenant ids.
 *
 * They run with the rights of the owner of the tables, and for the tenant that they are called with. The setting of the
 * tenant and the search path are attributes of the functions, so Postgres restores what the caller had when they return,
 * and the caller has no other role afterwards.
 *
 * @see docs/adr/0083-starts-are-requested-in-the-transaction-of-the-host.md
 */
export const START_REQUEST_FUNCTIONS: readonly string[] = [
  // A UUID of version 7: its time first, so that the rows of new runs are adjacent in every index.
  `create function $schema.new_run_id() returns text language sql volatile set search_path = pg_catalog, pg_temp as $$
  select encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid()) placing
    substring(int8send(floor(extract(epoch from clock_timestamp()) * 1000)::bigint) from 3) from 1 for 6), 52, 1), 53, 1),
    'hex')::uuid::text
$$`,
  `create function $schema.put_start_request(
  tenant text, kind text, scope text, key text, body text, event_type text, subject text, order_key text, node_id text,
  happened_at text, serves_waits boolean, is_checked boolean
) returns table (id text, run text, is_new boolean, is_same boolean)
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set tenon.tenant = ''
  set standard_conforming_strings = on as $$
#variable_conflict use_column
declare
  request text := case when put_start_request.key is null then gen_random_uuid()::text else encode(sha256(convert_to(
    jsonb_build_array(put_start_request.kind, put_start_request.scope, put_start_request.key)::text, 'UTF8')),
    'hex') end;
  content text;
  now_ms bigint := floor(extract(epoch from clock_timestamp()) * 1000)::bigint;
  run_id text := case when put_start_request.kind = 'run' then $schema.new_run_id() end;
  is_stored boolean;
begin
  if put_start_request.tenant is null or put_start_request.tenant !~ '$tenants' then
    raise exception 'TENANT_INVALID: this is not a valid tenant id' using errcode = 'TN400';
  end if;
  if put_start_request.scope is null or put_start_request.body is null or octet_length(put_start_request.body) > $limit then
    raise exception 'VALUE_TOO_LARGE: an input or data must have 1 to $limit bytes' using errcode = 'TN413';
  end if;
  if put_start_request.kind is null or put_start_request.kind not in ('run', 'event')
    or (put_start_request.kind = 'event' and (put_start_request.event_type is null or put_start_request.key is null))
    or exists (select from unnest(array[put_start_request.scope, put_start_request.key, put_start_request.event_type,
      put_start_request.subject, put_start_request.order_key, put_start_request.node_id]) as given (value)
      where char_length(value) > 400 or btrim(value, E' \\t\\n\\r') = '')
    or put_start_request.happened_at !~ '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?Z$' then
    raise exception 'REQUEST_INVALID: texts must have 1 to 400 characters, and an event must have a type'
      using errcode = 'TN400';
  end if;
  -- The same data has one form, however it was written; jsonb has none of some characters, whose text is compared. A text
  -- that is not JSON is an error.
  content := encode(sha256(convert_to(jsonb_build_array(put_start_request.event_type, put_start_request.subject,
    put_start_request.node_id, case when put_start_request.body::json is not null
      and put_start_request.body !~ '\\\\u(0000|[dD][89a-fA-F])' then put_start_request.body::jsonb::text
      else put_start_request.body end)::text, 'UTF8')), 'hex');
  perform set_config('tenon.tenant', put_start_request.tenant, true);
  insert into $schema.start_requests as r (tenant_id, request_id, kind, scope, event_key, run_id, event_type, subject,
      node_id, happened_at, serves_waits, is_checked, body, digest, state, attempts, at, expires_at)
    values (put_start_request.tenant, request, put_start_request.kind, put_start_request.scope, put_start_request.key,
      run_id, put_start_request.event_type, put_start_request.subject, put_start_request.node_id,
      put_start_request.happened_at, put_start_request.serves_waits, put_start_request.is_checked,
      put_start_request.body, content, 'pending', 0,
      now_ms, now_ms + 604800000)
    on conflict (tenant_id, request_id) do nothing;
  is_stored := found;
  if is_stored then
    insert into $schema.start_request_queue (tenant_id, request_id, target, order_key, due_at, attempts)
      values (put_start_request.tenant, request, '', encode(sha256(convert_to(put_start_request.order_key, 'UTF8')), 'hex'),
        now_ms, 0);
    return query select request, run_id, true, true;
    return;
  end if;
  return query select r.request_id, r.run_id, false, r.digest = content from $schema.start_requests r
    where r.tenant_id = put_start_request.tenant and r.request_id = request;
end $$`,
  `create function $schema.start_run(
  tenant text, workflow text, input jsonb default '{}', dedupe_key text default null, order_key text default null,
  node_id text default null
) returns text language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  put record;
begin
  select p.* into put from $schema.put_start_request(tenant, 'run', workflow, dedupe_key, input::text, null, null,
    order_key, node_id, null, false, true) p;
  if not put.is_same then
    raise exception 'IDEMPOTENCY_KEY_REUSED: the key belongs to a request with another input' using errcode = 'TN409';
  end if;
  return put.run;
end $$`,
  `create function $schema.emit_event(
  tenant text, type text, data jsonb default '{}', subject text default null, id text default null,
  source text default 'host'
) returns text language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  put record;
  event_id text := coalesce(emit_event.id, gen_random_uuid()::text);
begin
  select p.* into put from $schema.put_start_request(tenant, 'event', source, event_id, data::text, type, subject, subject,
    null, null, true, false) p;
  if not put.is_same then
    raise exception 'EVENT_ID_USED: the id belongs to another event of the source' using errcode = 'TN409';
  end if;
  return event_id;
end $$`,
  // A login that may call them may start runs of every tenant.
  `revoke all on function $schema.new_run_id(),
  $schema.put_start_request(text, text, text, text, text, text, text, text, text, text, boolean, boolean),
  $schema.start_run(text, text, jsonb, text, text, text),
  $schema.emit_event(text, text, jsonb, text, text, text) from public`,
]
