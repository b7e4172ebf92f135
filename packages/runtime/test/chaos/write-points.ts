import type { ProcessCrash } from './crashing-pool.ts'

/** Appends and their operations at which a process of the crash test dies. */
const OPERATIONS: readonly string[] = [
  'append.many',
  'append.one',
  'append/child_begin',
  'append/child_create',
  'append/dispatch_add',
  'append/dispatch_end',
  'append/event_lock',
  'append/event_match',
  'append/event_wake',
  'append/finish',
  'append/inbox_clear',
  'append/inbox_consumed',
  'append/message',
  'append/move',
  'append/ready',
  'append/require',
  'append/timer_clear',
  'append/timer_set',
  'append/timers_end',
  'append/wait_close',
  'append/wait_open',
  'append/wake',
]

/** Statements at which a process of the crash test dies. */
const STATEMENTS: readonly string[] = [
  'delete event_buffer',
  'delete run_admissions',
  'delete run_dedupes',
  'delete run_starts',
  'delete timers',
  'insert event_buffer',
  'insert outbox',
  'insert plans',
  'insert run_admissions',
  'insert run_dedupes',
  'insert run_inbox',
  'insert run_ready',
  'insert run_requirements',
  'insert run_starts',
  'insert runs',
  'insert wait_votes',
  'insert workers',
  'update node_dispatches',
  'update run_admissions',
  'update run_ready',
  'update timers',
  'update waits',
]

/** Labels of the writes of a process, at each of which one dies under `npm run chaos`. */
export const PROCESS_LABELS: readonly string[] = [...OPERATIONS, ...STATEMENTS]

/**
 * Writes of the sources, as `file: verb table`, with the label at which a process dies. Tables behind a variable have the
 * name of the variable.
 */
export const KILLED_WRITES: Readonly<Record<string, string>> = {
  'admission/accept-run.ts: insert run_admissions': 'insert run_admissions',
  'admission/accept-run.ts: insert run_inbox': 'insert run_inbox',
  'admission/accept-run.ts: insert runs': 'insert runs',
  'admission/admit-runs.ts: delete run_admissions': 'delete run_admissions',
  'admission/admit-runs.ts: insert outbox': 'insert outbox',
  'admission/admit-runs.ts: insert run_ready': 'insert run_ready',
  'admission/admit-runs.ts: insert run_starts': 'insert run_starts',
  'admission/admit-runs.ts: update admissions': 'update run_admissions',
  'admission/collecting-runs.ts: update rows': 'update run_admissions',
  'admission/collecting-runs.ts: update run_admissions': 'update run_admissions',
  'admission/earlier-run.ts: insert run_dedupes': 'insert run_dedupes',
  'admission/queue-rows.ts: delete rows': 'delete run_starts',
  'store/claim-rows.ts: update rows': 'update run_ready',
  'store/deliver-event.ts: insert run_inbox': 'insert run_inbox',
  'store/deliver-event.ts: update waits': 'update waits',
  'store/dispatch-store.ts: delete timers': 'delete timers',
  'store/dispatch-store.ts: insert run_ready': 'insert run_ready',
  'store/dispatch-store.ts: update ready': 'update run_ready',
  'store/dispatch-store.ts: update run_ready': 'update run_ready',
  'store/dispatch-store.ts: update timers': 'update timers',
  'store/event-buffer.ts: delete event_buffer': 'delete event_buffer',
  'store/event-buffer.ts: insert event_buffer': 'insert event_buffer',
  'store/inbox.ts: insert wait_votes': 'insert wait_votes',
  'store/inbox.ts: update waits': 'update waits',
  'store/node-dispatches.ts: update node_dispatches': 'update node_dispatches',
  'store/node-dispatches.ts: update queued': 'update node_dispatches',
  'store/put-message.ts: insert outbox': 'insert outbox',
  'store/put-message.ts: insert run_inbox': 'insert run_inbox',
  'store/put-message.ts: insert run_ready': 'insert run_ready',
  'store/put-resolution.ts: update waits': 'update waits',
  'store/queued-messages.ts: delete run_admissions': 'delete run_admissions',
  'store/queued-messages.ts: insert run_inbox': 'insert run_inbox',
  'store/renew-lease.ts: insert workers': 'insert workers',
  'store/renew-lease.ts: update node_dispatches': 'update node_dispatches',
  'store/renew-lease.ts: update run_ready': 'update run_ready',
  'store/requirements.ts: insert run_requirements': 'insert run_requirements',
  'store/stored-plan.ts: insert plans': 'insert plans',
}

const RETENTION = 'Deletes what has ended, in small transactions; the rest of a killed sweep is found by the next one'
const SET_UP = 'Before any run, in the transaction of a migration or of the canary'
const TEMPORAL = 'Messages to Temporal; temporal.test.ts kills workers and the server'
const ROLLING = 'Only with workers of two versions; releases are repeated by the next one that reads the run'
const MERGED = 'Merged and collected requests; killed-requests.test.ts kills processes in between'
const REQUEST = 'In the transaction of one request, whose repetition changes nothing'
const LARGE = 'Values above 16 kB, in the transaction of the request or append that has them'
const LISTED = 'Node types of workers of Temporal, listed again and again; one that was killed is listed for a minute'
const SUSPECTED = 'A note about a lease that has expired; the next renewal makes it again'
const LEASE = 'Rows that no worker owns any more; the next renewal or claim deletes them again'
const UPLOAD =
  'Parts of a file; webhook.test.ts of the server kills a process in an upload, and a sweep deletes the rest'
const DATA =
  'Data of a tenant, in the transaction that also completes the change; data-kills.test.ts kills processes around it'
const SPEND =
  'Counts of calls of models, in a transaction of their own; a call that no process ends counts as it was estimated'
const VIEW = 'A view of a log; one that is missing or of an earlier event is continued from the log'

/** Writes of the sources at which no process of the crash test dies, with the reason. */
export const OTHER_WRITES: Readonly<Record<string, string>> = {
  'admission/accept-run.ts: update runs': MERGED,
  'admission/collecting-runs.ts: update run_inbox': MERGED,
  'admission/collecting-runs.ts: update runs': MERGED,
  'admission/gates.ts: delete run_gates': REQUEST,
  'admission/gates.ts: insert run_gates': REQUEST,
  'data-tables/change-rows.ts: delete data_rows': DATA,
  'data-tables/change-rows.ts: insert data_rows': DATA,
  'data-tables/change-rows.ts: update data_tables': DATA,
  'data-tables/data-completions.ts: insert data_completions': DATA,
  'data-tables/data-completions.ts: update data_completions': DATA,
  'data-tables/key-values.ts: delete key_values': DATA,
  'data-tables/key-values.ts: insert key_values': DATA,
  'data-tables/table-rows.ts: delete data_tables': REQUEST,
  'data-tables/table-rows.ts: insert data_tables': REQUEST,
  'data-tables/table-rows.ts: update data_rows': REQUEST,
  'data-tables/table-rows.ts: update data_tables': REQUEST,
  'files/file-rows.ts: insert file_chunks': UPLOAD,
  'files/file-rows.ts: insert files': UPLOAD,
  'files/file-rows.ts: insert retention_sweeps': UPLOAD,
  'files/file-rows.ts: update files': UPLOAD,
  'files/hold-files.ts: update files': REQUEST,
  'files/sweep-files.ts: update files': RETENTION,
  'models/model-ledger.ts: delete model_reservations': SPEND,
  'models/model-ledger.ts: insert model_reservations': SPEND,
  'models/spend-rows.ts: insert model_spend': SPEND,
  'models/spend-rows.ts: update model_spend': SPEND,
  'payloads/collect-objects.ts: delete payload_garbage': RETENTION,
  'payloads/collect-objects.ts: update retention_sweeps': RETENTION,
  'postgres/canary.ts: delete table': SET_UP,
  'postgres/canary.ts: insert table': SET_UP,
  'postgres/migrate.ts: insert history': SET_UP,
  'retention/delete-rests.ts: update retention_sweeps': RETENTION,
  'retention/drop-partitions.ts: update partition_sweeps': RETENTION,
  'retention/retention-keeper.ts: update retention_sweeps': RETENTION,
  'retention/sweep-plans.ts: delete plans': RETENTION,
  'retention/sweep-plans.ts: update plans': RETENTION,
  'retention/sweep-plans.ts: update retention_sweeps': RETENTION,
  'store/delete-tree.ts: delete data_completions': RETENTION,
  'store/delete-tree.ts: delete model_reservations': RETENTION,
  'store/delete-tree.ts: delete model_spend': RETENTION,
  'store/delete-tree.ts: delete run_dedupes': RETENTION,
  'store/delete-tree.ts: delete run_erasures': RETENTION,
  'store/delete-tree.ts: delete run_log': RETENTION,
  'store/delete-tree.ts: delete runs': RETENTION,
  'store/delete-tree.ts: insert run_erasures': RETENTION,
  'store/deliver-event.ts: insert payload_refs': LARGE,
  'store/dispatch-store.ts: delete workers': LEASE,
  'store/event-buffer.ts: insert payloads': LARGE,
  'store/node-dispatches.ts: delete node_dispatches': LEASE,
  'store/outbox.ts: delete outbox': TEMPORAL,
  'store/outbox.ts: update outbox': TEMPORAL,
  'store/queued-messages.ts: delete run_inbox': REQUEST,
  'store/queued-messages.ts: update run_inbox': REQUEST,
  'store/release-to-readers.ts: insert run_requirements': ROLLING,
  'store/release-to-readers.ts: update rows': ROLLING,
  'store/renew-lease.ts: delete workers': LEASE,
  'store/renew-lease.ts: update workers': SUSPECTED,
  'store/run-values.ts: delete payload_refs': LARGE,
  'store/run-values.ts: insert payload_refs': LARGE,
  'store/run-values.ts: insert payloads': LARGE,
  'store/run-views.ts: delete run_views': VIEW,
  'store/run-views.ts: insert run_views': VIEW,
  'store/temporal-workers.ts: delete temporal_workers': LISTED,
  'store/temporal-workers.ts: insert temporal_workers': LISTED,
  'store/unused-payloads.ts: delete payload_checks': RETENTION,
  'store/unused-payloads.ts: delete payload_refs': RETENTION,
  'store/unused-payloads.ts: delete payloads': RETENTION,
  'store/unused-payloads.ts: insert payload_checks': RETENTION,
  'store/unused-payloads.ts: insert payload_garbage': RETENTION,
}

/** Those of `npm test`. */
export const SHORT_CRASHES: readonly ProcessCrash[] = [
  { label: 'append/finish', side: 'after' },
  { label: 'insert run_inbox', side: 'after' },
]
