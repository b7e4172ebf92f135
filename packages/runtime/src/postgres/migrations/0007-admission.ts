import type { Migration } from '../migrate.ts'
import { identifier } from '../quote.ts'
import { tenantTable } from '../table-statements.ts'
import { appendCreate } from './0004-append.ts'
import { appendMany } from './append-many.ts'
import { APPEND_OPERATION } from './append-operations.ts'

/**
 * Creates the tables of admission, and the functions with which runs are created from now on. Processes of the version
 * before call theirs, which do not know that a run can be held back. The function of operations is replaced by one that
 * can do more, since the end of a run must free its place whatever process stores it.
 *
 * A run that has to wait has a row in `run_admissions` and none in `run_ready`. The row of an admitted run stays until its
 * end if the run counts against a limit. A row in `run_gates` is a pause of a workflow, or of all workflows of a tenant.
 *
 * @see docs/adr/0051-a-run-is-admitted-before-it-starts.md
 */
export const admission: Migration = {
  name: '0007-admission',
  up: ({ schema }) =>
    [
      ...tenantTable({
        schema,
        name: 'run_admissions',
        columns: RUN_ADMISSIONS,
        key: ['run_id'],
        isDispatch: true,
        indexes: [
          '(tenant_id, workflow_id, group_key, priority desc, position) where admitted_at is null',
          '(tenant_id, workflow_id, group_key) where admitted_at is not null',
        ],
      }),
      ...tenantTable({
        schema,
        name: 'run_gates',
        columns: 'workflow_id text not null, paused_at bigint not null, paused_by text not null',
        key: ['workflow_id'],
        isBatched: true,
      }),
      'alter table $schema.runs add column concurrency_key text',
      APPEND_OPERATION,
      appendCreate(2),
      appendMany(2),
    ].map((statement) => statement.replaceAll('$schema', identifier(schema))),
}

// group_key: a hash of the concurrency key, or '' without one; the key itself is in the row of the run. is_child: does not count against the limit of the tenant.
// The foreign key deletes the row with its run.
const RUN_ADMISSIONS = `
  run_id text not null, workflow_id text not null, group_key text not null default '', max_in_progress integer,
  priority integer not null default 0, position bigint generated always as identity, is_child boolean not null,
  engine text not null, requires_key text not null default '', admitted_at bigint,
  foreign key (tenant_id, run_id) references $schema.runs (tenant_id, run_id) on delete cascade`
