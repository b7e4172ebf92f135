import type { Migration } from '../migrate.ts'
import { identifier } from '../quote.ts'
import { tenantTable } from '../table-statements.ts'
import { APPEND_OPERATION } from './append-operations.ts'

/**
 * Adds what limits the starts of runs in an interval, merges requests, and returns an earlier run for a repeated request.
 *
 * A row in `run_starts` is a start that counts against a rate; they are numbered, so that none has to be counted. A row in
 * `run_dedupes` is the run that a repeated request returns. A run in `run_admissions` with `collects_until` takes further
 * requests until then, and is in no queue before.
 *
 * @see docs/adr/0052-requests-are-limited-and-merged-before-they-start.md
 */
export const starts: Migration = {
  name: '0011-starts',
  isCompatible: true,
  up: ({ schema }) =>
    [
      'alter table $schema.runs add column rate_key text',
      `alter table $schema.run_admissions
        add column rate_key text not null default '', add column max_starts integer,
        add column rate_interval_ms bigint, add column collects_until bigint, add column collect_key text,
        add column collected integer not null default 1`,
      `create index on $schema.run_admissions (tenant_id, workflow_id, group_key, rate_key, priority desc, position)
        where ${WAITING}`,
      // Negative, so that the planner never uses this index for the runs of one lane instead of the one above.
      `create index on $schema.run_admissions (tenant_id, (-priority), position) where ${WAITING}`,
      `create index on $schema.run_admissions (tenant_id, workflow_id, group_key, rate_key, priority desc, position)
        where ${WAITING} and is_child`,
      // Not unique: a run whose time is over keeps its key until it is put into the queue, which skips a locked run.
      `create index on $schema.run_admissions (tenant_id, workflow_id, collect_key)
        where collects_until is not null`,
      'create index on $schema.run_admissions (tenant_id, collects_until) where collects_until is not null',
      ...tenantTable({
        schema,
        name: 'run_starts',
        columns:
          'workflow_id text not null, rate_key text not null, n bigint not null, at bigint not null, run_id text not null, until bigint not null',
        key: ['workflow_id', 'rate_key', 'n'],
        isDispatch: true,
      }),
      'create unique index on $schema.run_starts (tenant_id, workflow_id, rate_key, at, n)',
      'create index on $schema.run_starts (until)',
      ...tenantTable({
        schema,
        name: 'run_dedupes',
        columns: 'workflow_id text not null, dedupe_key text not null, run_id text not null, until bigint not null',
        key: ['workflow_id', 'dedupe_key'],
        isDispatch: true,
      }),
      'create index on $schema.run_dedupes (until)',
      'create index on $schema.run_dedupes (run_id)',
      APPEND_OPERATION,
    ].map((statement) => statement.replaceAll('$schema', identifier(schema))),
}

const WAITING = 'admitted_at is null and collects_until is null'
