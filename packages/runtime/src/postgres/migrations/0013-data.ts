import { LIST_CONDITIONS } from '../list-conditions.ts'
import type { Migration } from '../migrate.ts'
import { identifier, literal } from '../quote.ts'
import { backfill, systemTable, tenantTable } from '../table-statements.ts'
import { APPEND_OPERATION } from './append-operations.ts'

/**
 * Lets a value be in a store of the host, and creates the tables with which runs are deleted: the tenants whose runs are
 * checked next, the runs whose rows are gone, so that no reader sees them, and whose logs remain to be deleted, values to
 * be checked for other references, and the objects of deleted values.
 *
 * @see docs/adr/0055-runs-are-kept-for-a-time.md
 */
export const data: Migration = {
  name: '0013-data',
  isCompatible: true,
  up: ({ schema }) =>
    [
      ...tenantTable({
        schema,
        name: 'retention_sweeps',
        columns: 'due_at bigint not null, objects_at bigint not null default 0',
        key: [],
        isDispatch: true,
        isBatched: true,
      }),
      'create index retention_sweeps_due on $schema.retention_sweeps (due_at)',
      ...tenantTable({
        schema,
        name: 'run_erasures',
        columns: 'root_run_id text not null, run_id text not null, start_week integer not null',
        key: ['root_run_id', 'run_id'],
      }),
      ...tenantTable({ schema, name: 'payload_garbage', columns: 'location text not null', key: ['location'] }),
      'alter table $schema.payloads alter column data drop not null, add column location text',
      APPEND_OPERATION,
      ...tenantTable({
        schema,
        name: 'payload_checks',
        columns: 'check_id bigint generated always as identity, hash text not null',
        key: ['check_id'],
      }),
      ...systemTable({ schema, name: 'partition_sweeps', columns: 'sweep text primary key, due_at bigint not null' }),
      ...backfill(schema, 'partition_sweeps', [
        `insert into $schema.partition_sweeps (sweep, due_at) values ('drop', 0)`,
      ]),
      ...ADD_SWEEP,
      `create index payloads_size on $schema.payloads (tenant_id, size) where ${LIST_CONDITIONS.payloads}`,
      ...backfill(schema, 'tenant_keys', [
        ...backfill(schema, 'retention_sweeps', [
          'insert into $schema.retention_sweeps (tenant_id, due_at) select tenant_id, 0 from $schema.tenant_keys',
        ]),
      ]),
      ...dropPartitions(schema),
    ].map((statement) => statement.replaceAll('$schema', identifier(schema))),
}

// The first run of a tenant creates its key; a trigger sees it, whichever function stores the run.
const ADD_SWEEP = [
  `create function $schema.add_retention_sweep() returns trigger language plpgsql as $body$
begin
  insert into $schema.retention_sweeps (tenant_id, due_at)
    values (new.tenant_id, (extract(epoch from clock_timestamp()) * 1000)::bigint)
    on conflict do nothing;
  return null;
end $body$`,
  `create trigger add_retention_sweep after insert on $schema.tenant_keys
    for each row execute function $schema.add_retention_sweep()`,
]

/** Pages of a partition that are read under an exclusive lock at most: a megabyte, within milliseconds. */
const PAGES = 128

/**
 * Returns the statements of the function that drops one partition of the run log whose week is over and whose logs were
 * all deleted. It returns the number of dropped partitions, so that it is called again until that is 0.
 *
 * Like the function that makes partitions, it has the rights of its owner and takes no argument. Row-level security hides
 * all rows of a partition from every direct reader, its owner included, so it is lifted while the function looks, under a
 * lock for which readers of all weeks wait. So only a partition with few pages is looked at: one with logs has more, and
 * an empty one has none after a vacuum, which Postgres does by itself. A lock that is not free within 100 ms is left to a
 * later call: appends must not wait behind it.
 */
function dropPartitions(schema: string): readonly string[] {
  return [
    `create or replace function $schema.drop_log_partitions() returns integer language plpgsql security definer
set search_path = pg_catalog, pg_temp set lock_timeout = '100ms' as $body$
declare
  this_week integer := floor(extract(epoch from clock_timestamp()) / 604800)::integer;
  pages_size bigint := ${PAGES} * current_setting('block_size')::bigint;
  partition text;
  is_kept boolean;
begin
  -- An earlier snapshot would not see logs that were stored before the lock.
  if current_setting('transaction_isolation') <> 'read committed' then
    raise exception 'Partitions are dropped in transactions with the isolation level "read committed"';
  end if;
  -- Another worker drops or makes partitions.
  if not pg_try_advisory_xact_lock(hashtext(${literal(`tenon.partitions.${schema}`)})) then return 0; end if;
  for partition in
    select format('%I.%I', ${literal(schema)}, c.relname)
      from pg_inherits i join pg_class c on c.oid = i.inhrelid
      where i.inhparent = to_regclass(${literal(`${identifier(schema)}.run_log`)}) and c.relname ~ '^run_log_w[0-9]+$'
        and substring(c.relname from '[0-9]+$')::integer < this_week - 1
        and pg_relation_size(c.oid) <= pages_size
      order by substring(c.relname from '[0-9]+$')::integer
  loop
    begin
      execute format('lock table only %s in access exclusive mode', partition);
      is_kept := pg_relation_size(partition::regclass) > pages_size;
      if not is_kept then
        execute format('alter table %s no force row level security', partition);
        execute format('select exists (select from %s)', partition) into is_kept;
      end if;
      -- Undoes what the block has done, and releases its locks.
      if is_kept then raise exception using errcode = 'TN001'; end if;
      execute format('drop table %s', partition);
      return 1;
    exception
      when lock_not_available or sqlstate 'TN001' then null;
    end;
  end loop;
  return 0;
end $body$`,
    'revoke all on function $schema.drop_log_partitions() from public',
  ]
}
