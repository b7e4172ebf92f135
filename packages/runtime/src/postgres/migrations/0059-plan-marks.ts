import type { Migration } from '../migrate.ts'
import { identifier, readableJson } from '../quote.ts'

/**
 * Lets plans that nothing refers to be marked, and deleted a day later. A plan has the hashes of those that its runs start;
 * a start that stores a plan again removes the mark, also by a function of an earlier release.
 *
 * @see docs/adr/0105-a-plan-is-marked-before-it-is-deleted.md
 */
export const planMarks: Migration = {
  name: '0059-plan-marks',
  isCompatible: true,
  up: ({ schema }) =>
    [
      ...PINNED_PLANS,
      `alter table $schema.plans add column unused_at bigint,
        add column pinned text[] not null generated always as ($schema.pinned_plans(data)) stored`,
      ...KEEP_PLAN,
      'alter table $schema.retention_sweeps add column plans_at bigint not null default 0',
    ].map((statement) => statement.replaceAll('$schema', identifier(schema))),
}

const PINNED_PLANS = [
  `create function $schema.pinned_plans(plan text) returns text[] language sql immutable as $body$
  select coalesce(array_agg(distinct w.value ->> 'planHash'), '{}') from json_each(${readableJson('plan')} -> 'workflows') as w
$body$`,
]

// Before the insert, which would skip a row that a sweep is about to delete: the update waits for the sweep, or it for it.
const KEEP_PLAN = [
  `create function $schema.keep_plan() returns trigger language plpgsql as $body$
begin
  update $schema.plans set unused_at = null
    where tenant_id = new.tenant_id and plan_hash = new.plan_hash and unused_at is not null;
  return new;
end $body$`,
  `create trigger keep_plan before insert on $schema.plans
    for each row execute function $schema.keep_plan()`,
]
