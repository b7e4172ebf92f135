import type { Generated, GeneratedAlways } from 'kysely'
import type { ModelReservationsTable, ModelSpendTable } from '../models/spend-tables.ts'
import type { DataCompletionsTable, DataRowsTable, DataTablesTable, KeyValuesTable } from './data-tables.ts'
import type { Database } from './types.ts'

interface RunsTable {
  readonly tenant_id: string
  readonly run_id: string
  readonly start_week: number
  readonly trace_id: string
  readonly workflow_id: string
  readonly version: string
  readonly mode: string
  readonly engine: string
  readonly plan_hash: string
  readonly semantics: number
  readonly priority: Generated<number>
  readonly status: string
  readonly turn: number
  readonly next_seq: number
  /** Link of the last append in the hash chain; empty before the first. */
  readonly head_hash: Uint8Array
  readonly queued_at: number
  readonly started_at: number | null
  readonly finished_at: number | null
  readonly outcome: string | null
  /** A `ValueRef` as JSON text. */
  readonly output: string | null
  /** A `RunFailure` as JSON text. */
  readonly error: string | null
  /** Run that has started this one; null without a parent, as the other columns of the parent. */
  readonly parent_run_id: string | null
  readonly parent_node_run_id: string | null
  /** Wait of the parent that the end of the run ends; null if the run is not awaited. */
  readonly parent_wait_id: string | null
  /** Run at the root of the tree; null without a parent. */
  readonly root_run_id: string | null
  /** Number of runs above the run. */
  readonly depth: Generated<number>
  /** Value of the concurrency key of a run that was accepted before its start; null without one. */
  readonly concurrency_key: string | null
  /** Value of the rate key; null without one. */
  readonly rate_key: string | null
  /** Earlier run that this one repeats; null if it repeats none, as the other column. */
  readonly rerun_of: string | null
  /** A `RerunFrom` as JSON text. */
  readonly rerun_from: string | null
  /** Version with which the run has started; null if it has not moved to another one, as the other column. */
  readonly first_version: string | null
  readonly first_plan_hash: string | null
  /** A `RunStartedBy` as JSON text; null for runs that another run has started, and for those of earlier versions. */
  readonly started_by: string | null
  /** Run whose failure this one handles; null if it handles none. */
  readonly handles_run_id: string | null
  /** Run that handles the failure of this one; null without one. */
  readonly handled_by_run_id: string | null
}

interface RunLogTable {
  readonly tenant_id: string
  readonly run_id: string
  /** `seq` of the first event of the row. */
  readonly seq: number
  readonly start_week: number
  readonly last_seq: number
  /** Turn of the run before the append. */
  readonly turn: number
  /** Events without their inline values, as `packAppend` writes them. */
  readonly events: string
  /** Inline values of the events. May be set to null, in whole or in part: the hash chain does not cover them. */
  readonly inlines: string | null
  /** Hash chain up to this row; on the last row of each append only. */
  readonly link: Uint8Array | null
}

interface WaitsTable {
  readonly tenant_id: string
  readonly approval_id: string
  readonly run_id: string
  readonly wait_id: string
  readonly node_run_id: string
  readonly node_id: string
  readonly workflow_id: string
  readonly kind: string
  readonly status: string
  readonly wait_for: string
  readonly opened_at: number
  readonly due_at: number | null
  readonly closed_at: number | null
  /** Set for a parked node run. */
  readonly fingerprint: string | null
  /** `StoredResolution` of a parked node run as JSON text; the run may have yet to apply it. */
  readonly resolution: string | null
  /** Of an event or a callback: `matchKeyOf` what ends the wait. */
  readonly match_key: string | null
}

interface EventBufferTable {
  readonly tenant_id: string
  readonly event_id: string
  readonly kind: string
  readonly match_key: string
  readonly position: Generated<number>
  /** A `ValueRef` as JSON text; null when the event was delivered. */
  readonly payload: string | null
  /** Row of `payloads` for a large payload. */
  readonly payload_hash: string | null
  readonly size: number
  readonly received_at: number
  readonly expires_at: number
  /** An `Actor` as JSON text. */
  readonly actor: string | null
  /** True if the sender chose the id. */
  readonly has_id: boolean
  /** Of the event without its id, to recognize the same one. */
  readonly digest: string
  /** Number of waits that the event has ended. */
  readonly delivered: Generated<number>
}

/** Files of a tenant. */
export interface FilesTable {
  readonly tenant_id: string
  readonly file_id: string
  /** `uploading` until all bytes are stored and checked: such a file cannot be read, and is deleted when it is left. */
  readonly state: 'uploading' | 'ready'
  readonly name: string
  readonly type: string
  /** Bytes that are stored so far. */
  readonly size: number
  /** SHA-256 of the content as hex digits; empty while it is uploading. */
  readonly hash: string
  readonly created_at: number
  /** JSON of the person who has uploaded it; null if a run has stored it. */
  readonly created_by: string | null
  /** Hash of the payload that represents the file: a run that refers to it keeps the file. */
  readonly mark: string
  /** Time since which no run is known to contain the file; null if one does. A held file has a time in the future. */
  readonly unused_since: number | null
}

/**
 * Rows of the runtime's tables; the migrations beside this file create them. Instants are milliseconds since the Unix
 * epoch, values are JSON text.
 */
export interface RuntimeTables {
  /** One row for each run, with its status and result. */
  readonly runs: RunsTable
  /** Run logs: one row for each append, several for a large one. */
  readonly run_log: RunLogTable
  /** Machine state of a run as of an event; a cache of the log. */
  readonly run_snapshots: {
    readonly tenant_id: string
    readonly run_id: string
    readonly seq: number
    readonly data: string
  }
  /** Folded views of runs, in parts; a cache of the log, made when a run is looked at. */
  readonly run_views: {
    readonly tenant_id: string
    readonly run_id: string
    /** Key of the part; the empty text for what is outside of iterations. */
    readonly part: string
    /** Last event of the whole view; of the other parts only the row of the outer part counts. */
    readonly seq: number
    /** True if a node run of the part has not ended. */
    readonly is_open: boolean
    /** JSON text. */
    readonly data: string
  }
  /** Values above 16 kB by hash, shared by all runs of a tenant. */
  readonly payloads: {
    readonly tenant_id: string
    readonly hash: string
    readonly size: number
    /** JSON text; null if it is in the store of the host. */
    readonly data: string | null
    /** Key in the store of the host; null if the text is here. */
    readonly location: string | null
  }
  /** Objects of deleted values, in the store of the host. */
  readonly payload_garbage: { readonly tenant_id: string; readonly location: string }
  /** Files of a tenant, without their bytes. */
  readonly files: FilesTable
  readonly data_tables: DataTablesTable
  readonly data_rows: DataRowsTable
  /** Values of tenants under keys. */
  readonly key_values: KeyValuesTable
  /** Changes of data that node runs have made, each with its result. */
  readonly data_completions: DataCompletionsTable
  /** Use of models by node, run, workflow and tenant. */
  readonly model_spend: ModelSpendTable
  /** Calls of models that have not ended. */
  readonly model_reservations: ModelReservationsTable
  /** Bytes of files in parts, in order. */
  readonly file_chunks: {
    readonly tenant_id: string
    readonly file_id: string
    readonly position: number
    /** Position of the first byte within the file. */
    readonly start: number
    readonly bytes: Uint8Array
  }
  /** Payloads that each run refers to. */
  readonly payload_refs: { readonly tenant_id: string; readonly run_id: string; readonly hash: string }
  /** Pads of HMAC-SHA-256 under the tenant's key, 64 bytes each; the append function creates them. */
  readonly tenant_keys: { readonly tenant_id: string; readonly inner_pad: Uint8Array; readonly outer_pad: Uint8Array }
  /** Compiled versions by plan hash. */
  readonly plans: {
    readonly tenant_id: string
    readonly plan_hash: string
    readonly data: string
    /** Hashes of the plans of the runs that its runs start. */
    readonly pinned: GeneratedAlways<readonly string[]>
    /** Time at which a sweep has found no reference to it; null while there is one, or since it was stored again. */
    readonly unused_at: Generated<number | null>
  }
  /** Approvals, parked node runs, events and callbacks that runs wait for or have waited for. */
  readonly waits: WaitsTable
  /** Events that are kept for the next wait, and ids of delivered ones. */
  readonly event_buffer: EventBufferTable
  /** Votes on approvals, one for each user. */
  readonly wait_votes: {
    readonly tenant_id: string
    readonly approval_id: string
    readonly user_id: string
    readonly vote: string
    readonly at: number
  }
  /** Accepted facts that the run has yet to apply; the append that applies one deletes it. */
  readonly run_inbox: {
    readonly tenant_id: string
    readonly run_id: string
    readonly message_id: string
    readonly position: Generated<number>
    readonly fact: string
    readonly at: number
  }
  /** Open runs of the embedded engine, with their worker and a mark for pending work (`woken`). */
  readonly run_ready: {
    readonly tenant_id: string
    readonly run_id: string
    readonly priority: Generated<number>
    readonly ready_at: number
    readonly worker_id: string | null
    readonly woken: Generated<boolean>
    /** Row of `run_requirements`; empty for none. */
    readonly requires_key: Generated<string>
  }
  /**
   * Runs that wait to start (`admitted_at` is null), and admitted ones that count against a limit until they end. The
   * group is a hash of the concurrency key, empty without one.
   */
  readonly run_admissions: {
    readonly tenant_id: string
    readonly run_id: string
    readonly workflow_id: string
    readonly group_key: Generated<string>
    readonly max_in_progress: number | null
    readonly priority: Generated<number>
    readonly position: Generated<number>
    readonly is_child: boolean
    readonly engine: string
    readonly requires_key: Generated<string>
    readonly admitted_at: number | null
    /** Hash of the rate key, empty without one. */
    readonly rate_key: Generated<string>
    /** Most starts in `rate_interval_ms`; null without a rate. */
    readonly max_starts: number | null
    readonly rate_interval_ms: number | null
    /** Time until which further requests are merged into the run; null once it is in the queue. */
    readonly collects_until: number | null
    /** Hash of version, trigger and key of the requests that are merged; null once the run is in the queue. */
    readonly collect_key: string | null
    /** Requests that were merged into the run, with the first one. */
    readonly collected: Generated<number>
  }
  /**
   * Runs that requests return until a time. The key begins with `key/` and a hash for the first run of a dedupe key; with
   * `same/` or `merged/` and the id that the run of a request would have had, so that the request can be repeated.
   */
  readonly run_dedupes: {
    readonly tenant_id: string
    readonly workflow_id: string
    readonly dedupe_key: string
    readonly run_id: string
    readonly until: number
  }
  /**
   * Starts that count against a rate until `until`. The workflow id is empty for the rate of the tenant; `rate_key` is a
   * hash, empty without a key.
   */
  readonly run_starts: {
    readonly tenant_id: string
    readonly workflow_id: string
    readonly rate_key: string
    /** Number of the start among those of the rate, in the order of `at`. */
    readonly n: number
    readonly at: number
    readonly run_id: string
    readonly until: number
  }
  /** Pauses of workflows; the workflow id is empty for a pause of the whole tenant. */
  readonly run_gates: {
    readonly tenant_id: string
    readonly workflow_id: string
    readonly paused_at: number
    /** An `Actor` as JSON text. */
    readonly paused_by: string
  }
  /** Time from which the runs of a tenant are checked for those that have been kept long enough. */
  readonly retention_sweeps: {
    readonly tenant_id: string
    readonly due_at: number
    /** Time of the last look for objects without a row; 0 before the first. */
    readonly objects_at: Generated<number>
    /** Time from which a worker looks for what remains of deleted runs; null if nothing does. */
    readonly rests_at: number | null
    /** Time from which a worker looks for plans that nothing uses; 0 before the first look. */
    readonly plans_at: Generated<number>
  }
  /**
   * Runs that were deleted and whose logs are being deleted; a row with its own root may have runs below it that still
   * have their rows.
   */
  readonly run_erasures: {
    readonly tenant_id: string
    readonly root_run_id: string
    readonly run_id: string
    readonly start_week: number
  }
  /** Time from which empty partitions of the run log are dropped; one row. */
  readonly partition_sweeps: { readonly sweep: string; readonly due_at: number }
  /** Values to which a deleted run or event referred, to be checked for other references. */
  readonly payload_checks: { readonly tenant_id: string; readonly check_id: Generated<number>; readonly hash: string }
  /** Capabilities that runs and nodes require of a worker, by key. */
  readonly run_requirements: {
    readonly tenant_id: string
    readonly requires_key: string
    readonly capabilities: readonly string[]
  }
  /** Nodes that wait in a task queue of their own, or that a worker of the queue executes. */
  readonly node_dispatches: {
    readonly tenant_id: string
    readonly run_id: string
    readonly node_run_id: string
    readonly pass: number
    readonly requires_key: string
    readonly ready_at: number
    readonly is_canceling: Generated<boolean>
    readonly worker_id: string | null
  }
  /** Timers that are due at a time. */
  readonly timers: {
    readonly tenant_id: string
    readonly run_id: string
    readonly timer_id: string
    readonly due_at: number
    readonly fire_at: number
  }
  /** Messages of stored decisions that have yet to be delivered. */
  readonly outbox: {
    readonly tenant_id: string
    readonly outbox_id: Generated<number>
    readonly run_id: string
    readonly kind: string
    readonly ready_at: number
    readonly attempts: Generated<number>
    /** Obstacle of the run when its shell was last checked. */
    readonly health: string | null
  }
  /** Processes that execute runs, each until its lease expires. */
  readonly workers: {
    readonly worker_id: string
    readonly started_at: number
    readonly lease_until: number
    readonly capabilities: Generated<readonly string[]>
    /** When another worker has first seen that the lease had expired; older than `lease_until` after a renewal. */
    readonly suspected_at: Generated<number | null>
  }
  /** Processes that execute runs on Temporal, with the node types that they have. */
  readonly temporal_workers: {
    readonly worker_id: string
    readonly listed_until: number
    readonly node_types: readonly string[]
  }
}

/** The runtime sees its own tables; a server passes its database as `database.view<RuntimeTables>()`. */
export type RuntimeDatabase = Database<RuntimeTables>
