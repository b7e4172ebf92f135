import type { Migration } from '../migrate.ts'
import { identifier, literal } from '../quote.ts'

/**
 * Creates a function with which workers create the partitions of the coming weeks, also long after the last migration.
 */
export const partitions: Migration = {
  name: '0005-partitions',
  up: ({ schema }) => makePartitions(schema, 'run_log'),
}

/**
 * Returns the statements of the function that creates the weekly partitions of the run log, from this week to eight
 * weeks ahead.
 *
 * It is the only function that runs with the rights of its owner, since workers log in with a role that cannot change
 * tables. It takes no argument and reads the clock of the database, so that callers cannot influence it.
 *
 * A partition is created separately and attached, which does not block readers or writers of other weeks. The function
 * gives up if the lock of the default partition is not free within 2 s, and the next call tries again. Events of a week
 * that are in the default partition already remain there.
 *
 * @param table - Parent table; its partitions are named `<table>_w<week>`, counted from the Unix epoch.
 */
function makePartitions(schema: string, table: string): readonly string[] {
  const name = `${identifier(schema)}.make_log_partitions`
  const parent = `${identifier(schema)}.${identifier(table)}`
  return [
    `create or replace function ${name}() returns integer language plpgsql security definer
set search_path = pg_catalog, pg_temp set lock_timeout = '2s' as $body$
declare
  this_week integer := floor(extract(epoch from clock_timestamp()) / 604800)::integer;
  partition text;
  made integer := 0;
begin
  -- Another worker is at it.
  if not pg_try_advisory_xact_lock(hashtext(${literal(`tenon.partitions.${schema}`)})) then return 0; end if;
  for week in this_week .. this_week + 8 loop
    partition := format('%I.%I', ${literal(schema)}, ${literal(`${table}_w`)} || week);
    continue when to_regclass(partition) is not null;
    begin
      execute format('create table %s (like ${parent} including all)', partition);
      execute format('alter table %s enable row level security', partition);
      execute format('alter table %s force row level security', partition);
      execute format('alter table ${parent} attach partition %s for values from (%s) to (%s)', partition, week, week + 1);
      made := made + 1;
    exception
      when check_violation then null;
    end;
  end loop;
  return made;
end $body$`,
    `revoke all on function ${name}() from public`,
  ]
}
