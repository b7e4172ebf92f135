import type { ErrorEntry } from './error-entry.ts'

/** Errors of the database, of run logs and of stored values. */
export const STORAGE_ERRORS = {
  OUTCOME_REFUSED: {
    status: 422,
    retryable: false,
    remedy: 'Change the output of the node: the database cannot store it. Texts must have no NUL characters.',
  },
  APPEND_REFUSED: {
    status: 422,
    retryable: false,
    remedy: 'Change the stored value: the database refuses it. A retry will fail too.',
  },
  RUN_LOG_GAP: { status: 500, retryable: false, remedy: 'Read the run log again from the start.' },
  RUN_LOG_NEWER: {
    status: 503,
    retryable: true,
    remedy: 'Start a worker of the version that has written to the run; the run waits for it.',
  },
  FACT_INVALID: { status: 500, retryable: false, remedy: 'The run log contradicts the plan. Report this as a bug.' },
  SNAPSHOT_UNREADABLE: { status: 500, retryable: false, remedy: 'Rebuild the machine from the facts of the run log.' },
  PAYLOAD_NOT_FOUND: {
    status: 500,
    retryable: false,
    remedy: 'The value was deleted, or its retention has expired. Run the workflow again.',
  },
  PAYLOAD_LIMIT_REACHED: {
    status: 429,
    retryable: false,
    remedy: 'Delete runs with large values, keep runs for fewer days, or raise the limit of the tenant.',
  },
  PAYLOAD_UNAVAILABLE: {
    status: 503,
    retryable: true,
    remedy: 'Try again. If it stays, check the payload store of the server and its credentials.',
  },
  DB_RLS_BROKEN: {
    status: 500,
    retryable: false,
    remedy: 'Run migrate() and leave its policies as they are.',
  },
  DB_ROLE_REQUIRED: { status: 500, retryable: false, remedy: 'Let a database admin run the SQL named in details.' },
  DATABASE_NOT_MIGRATED: {
    status: 503,
    retryable: true,
    remedy: 'Call migrate() before the server answers requests, or run the SQL of migrate({ print: true }).',
  },
  DB_MIGRATION_FAILED: { status: 500, retryable: false, remedy: 'Run the newest version. Nothing was changed.' },
  DB_PREPARED_STATEMENTS: {
    status: 503,
    retryable: false,
    remedy: 'Set `preparedStatements: false` in the database options, or let the pooler keep prepared statements.',
  },
  DB_DIRECTORY_LOCKED: {
    status: 500,
    retryable: false,
    remedy: 'Stop the other process that uses this data directory, or use Postgres for several processes.',
  },
  DB_TRANSACTION_NESTED: { status: 500, retryable: false, remedy: 'Pass on the open transaction instead.' },
  TENANT_INVALID: { status: 422, retryable: false, remedy: 'Use 1 to 128 letters, digits and _ . : - as tenant id.' },
} as const satisfies Record<string, ErrorEntry>
