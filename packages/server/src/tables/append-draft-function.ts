import { PLANNED_ONCE } from '@tenon/runtime/postgres'

/**
 * Appends updates to a draft in one statement: checks the workflow, counts and numbers the updates under the lock of the
 * draft's row, and stores them after those of others. Updates of one draft commute, so updates that the caller has not seen
 * are no conflict: they are returned in `missed`, preceded by the snapshot if it contains some of them.
 *
 * `result` is `ok`, `full` (the draft would exceed `p_max_bytes`), or `missing` (an unknown or deleted workflow); nothing is
 * stored but for `ok`.
 *
 * A call outside of a transaction assumes the role `p_role`; inside a transaction of the tenant pass null, since the role is
 * set already. The name ends in a version: a later version of this package adds a function, and processes of this version
 * continue to call this one.
 *
 * @see docs/adr/0025-typing-is-one-statement.md
 */
export const APPEND_DRAFT = `
create function $schema.append_draft_v1(
  p_role text, p_tenant text, p_workflow text, p_seq bigint, p_max_bytes bigint, p_at bigint, p_touch_ms bigint,
  p_behavior_hash text, p_bytes bytea[], p_users text[],
  out result text, out last_seq bigint, out snapshot_at bigint, out total bigint, out missed bytea[]
) language plpgsql ${PLANNED_ONCE} as $body$
declare
  was text;
  part bytea;
  size bigint := 0;
  added integer := cardinality(p_bytes);
  is_touch_due boolean;
begin
  if p_role is not null then was := set_config('role', p_role, true); end if;
  was := set_config('tenon.tenant', p_tenant, true);
  foreach part in array p_bytes loop size := size + octet_length(part); end loop;

  select w.updated_at < p_at - p_touch_ms into is_touch_due from $schema.workflows w
    where w.tenant_id = p_tenant and w.workflow_id = p_workflow and w.deleted_at is null;
  if not found then
    result := 'missing';
    return;
  end if;

  update $schema.drafts d set
      seq = d.seq + added, total_bytes = d.total_bytes + size, updated_at = p_at,
      behavior_hash = coalesce(p_behavior_hash, d.behavior_hash),
      hash_seq = case when p_behavior_hash is null then d.hash_seq else d.seq + added end
    where d.tenant_id = p_tenant and d.workflow_id = p_workflow and d.total_bytes + size <= p_max_bytes
    returning d.seq, d.snapshot_seq, d.total_bytes into last_seq, snapshot_at, total;
  if not found then
    result := 'full';
    return;
  end if;

  if last_seq - added > p_seq then
    select array_agg(u.bytes order by u.seq) into missed from $schema.draft_updates u
      where u.tenant_id = p_tenant and u.workflow_id = p_workflow and u.seq > greatest(p_seq, snapshot_at);
    if snapshot_at > p_seq then
      select array_prepend(s.bytes, missed) into missed from $schema.draft_snapshots s
        where s.tenant_id = p_tenant and s.workflow_id = p_workflow;
    end if;
  end if;
  insert into $schema.draft_updates (tenant_id, workflow_id, seq, bytes, user_id, at)
    select p_tenant, p_workflow, last_seq - added + u.place, u.bytes, u.user_id, p_at
      from unnest(p_bytes, p_users) with ordinality as u(bytes, user_id, place);

  if is_touch_due then
    -- A transaction that holds the workflow changes it anyway, and may wait for the draft.
    update $schema.workflows w set updated_at = p_at
      where w.ctid = (
        select t.ctid from $schema.workflows t
          where t.tenant_id = p_tenant and t.workflow_id = p_workflow
          for no key update skip locked
      );
  end if;
  result := 'ok';
end $body$`
