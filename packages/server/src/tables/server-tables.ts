import type {
  ConnectionStatus,
  Role,
  RolloutRuns,
  RolloutStatus,
  StartRequestState,
  TriggerOutcome,
} from '@tenon/core/api'
import type { NodeId, RunId, TenantId, UserId, WorkflowId } from '@tenon/core/document'
import type { TriggerKind } from '@tenon/core/node'
import { type Database, listCondition, type RuntimeTables, type Tx } from '@tenon/runtime/postgres'
import type { Generated } from 'kysely'

/** Instants are ms since the Unix epoch; JSON is kept as text, since jsonb would reorder its keys. */
export interface WorkflowRow {
  readonly tenant_id: TenantId
  readonly workflow_id: WorkflowId
  readonly name: string
  readonly description: string
  /** Number of the latest published version. */
  readonly latest_version: number | null
  readonly latest_behavior_hash: string | null
  readonly created_at: number
  readonly updated_at: number
  readonly deleted_at: number | null
}

/** Condition of the index for lists of workflows: checks of foreign keys do not state it, so they use the primary key. */
export const LISTED_WORKFLOW = listCondition('updated_at')

export interface VersionRow {
  readonly tenant_id: TenantId
  readonly workflow_id: WorkflowId
  /** `"3"`, or `"test:<id>"`. */
  readonly version: string
  /** Null for a tried draft. */
  readonly number: number | null
  readonly notes: string
  readonly content_hash: string
  readonly behavior_hash: string
  readonly document: string
  readonly plan: string
  readonly lockfile: string
  /** JSON of its triggers, as the process that published it knew them; null for a version from before triggers. */
  readonly triggers: string | null
  readonly published_at: number
  readonly publisher_id: string
  readonly publisher_name: string
}

export interface DraftRow {
  readonly tenant_id: TenantId
  readonly workflow_id: WorkflowId
  /** Number of the last update; the draft changes with it and with nothing else. */
  readonly seq: number
  /** The snapshot holds the updates up to and including this one. */
  readonly snapshot_seq: number
  /** Bytes of snapshot and updates together. */
  readonly total_bytes: number
  /** Behavior hash of the document as of `hash_seq`. */
  readonly behavior_hash: string
  readonly hash_seq: number
  readonly updated_at: number
}

/** A draft as one update, up to and including `snapshot_seq` of its row. */
export interface DraftSnapshotRow {
  readonly tenant_id: TenantId
  readonly workflow_id: WorkflowId
  readonly bytes: Uint8Array
}

export interface DraftUpdateRow {
  readonly tenant_id: TenantId
  readonly workflow_id: WorkflowId
  readonly seq: number
  readonly bytes: Uint8Array
  readonly user_id: UserId
  readonly at: number
}

/** Owner of a Yjs client id: the user who first wrote with it, and the only one who may. */
export interface DraftClientRow {
  readonly tenant_id: TenantId
  readonly workflow_id: WorkflowId
  readonly client_id: number
  readonly user_id: UserId
}

export interface SocketTicketRow {
  readonly tenant_id: TenantId
  /** SHA-256 of the secret part, hex. */
  readonly ticket_hash: string
  readonly user_id: UserId
  readonly role: Role
  readonly display_name: string
  readonly expires_at: number
}

export interface IdempotencyKeyRow {
  readonly tenant_id: TenantId
  readonly route: string
  readonly key: string
  readonly request_hash: string
  /** Id of the object that the first request creates, chosen before it is created. */
  readonly resource_id: string
  /** The answer as text, null until there is one. */
  readonly answer: string | null
  readonly created_at: number
}

export interface AuditRow {
  readonly tenant_id: TenantId
  readonly audit_id: string
  readonly at: number
  readonly actor_id: string
  readonly actor_name: string
  /** `system` for what no user has asked for. */
  readonly actor_role: Role | 'system'
  readonly action: string
  readonly resource: string
  readonly details: string
}

/** The value of a secret param or of a field of a connection, encrypted. A new value gets a new id. */
export interface SecretRow {
  readonly tenant_id: TenantId
  /** `sec_…`, as in the marker. */
  readonly secret_id: string
  /** Workflow of a secret param; `null` for a connection. */
  readonly workflow_id: WorkflowId | null
  /** Connection of a field; `null` for a secret param. */
  readonly connection_id: string | null
  /** Node type and param, or the field of the connection. */
  readonly field: string
  /** The key of `secret_keys` that it is encrypted under. */
  readonly data_key_id: string
  readonly sealed: Uint8Array
  readonly set_at: number
  /** True once a version refers to it, and from then on: versions stay as long as their workflow. */
  readonly in_version: boolean
}

/** A tenant's account at a service; its secrets are rows of `secrets`. */
export interface ConnectionRow {
  readonly tenant_id: TenantId
  readonly connection_id: string
  readonly connector: string
  readonly name: string
  /** JSON of the fields that are not secret. */
  readonly field_values: string
  /** JSON of the markers of the secrets that are set, by field. */
  readonly markers: string
  /** JSON list. */
  readonly allowed_hosts: string
  readonly sharing_kind: 'tenant' | 'user' | 'workflows'
  /** JSON list of the workflows that may use it, empty unless it is shared with some. */
  readonly workflow_ids: string
  readonly owner_id: UserId
  readonly owner_name: string
  readonly status: ConnectionStatus
  readonly status_reason: string | null
  /** Number of times that it was connected again: names the waits of node runs for it. */
  readonly generation: number
  readonly created_at: number
  readonly updated_at: number
  /** End of the access token; null without one. */
  readonly expires_at: number | null
  /** Time from which the access token is refreshed; null without one that ends. */
  readonly refresh_at: number | null
  /** Process that refreshes the access token, and until when no other one does. */
  readonly lease_id: string | null
  readonly lease_until: number | null
}

/** The data key of a tenant, encrypted by the key provider. */
export interface TenantKeyRow {
  readonly tenant_id: TenantId
  readonly key_id: string
  readonly wrapping_key_id: string
  readonly wrapped: Uint8Array
  readonly created_at: number
}

/** The rotation of the keys of a tenant that was last requested. */
export interface KeyRotationRow {
  readonly tenant_id: TenantId
  /** Number of rotations that were requested; the data key of the last one has the next number. */
  readonly rotation: Generated<number>
  /** Number of the last rotation that has ended. */
  readonly ended: Generated<number>
  /** Number of requests, also of those during a rotation. */
  readonly requests: Generated<number>
  /** Number of the last request since which all data keys were encrypted again. */
  readonly wrapped: Generated<number>
  /** True if the last attempt to continue has failed. */
  readonly is_failing: Generated<boolean>
  /** Values of the rotation that are encrypted under the new data key, so far. */
  readonly resealed: Generated<number>
  /** Values that cannot be decrypted, and stay as they are. */
  readonly unreadable: Generated<number>
  /** Time from which a process may work on it; null while nothing is to be done. */
  readonly due_at: number | null
  readonly requested_at: number | null
  readonly ended_at: number | null
}

/** Names the key of the provider that has encrypted a data key. The database copies it from `secret_keys`. */
export interface WrappedKeyRow {
  readonly tenant_id: TenantId
  readonly key_id: string
  readonly wrapping_key_id: string
}

/** The rollout of a version: its canary, and what happens to runs of earlier versions. */
export interface VersionRolloutRow {
  readonly tenant_id: TenantId
  readonly workflow_id: WorkflowId
  readonly version: string
  readonly number: number
  /** Version with which new runs started before. */
  readonly former_version: string | null
  readonly status: RolloutStatus
  readonly runs: RolloutRuns
  /** The rule of the canary; `percent` is null without one. */
  readonly percent: number | null
  readonly max_failure_percent: number
  readonly min_runs: number
  readonly promote_after: number | null
  /** Runs of the canary as last counted; null without one, and for one that ended before they were stored. */
  readonly canary_started: number | null
  readonly canary_completed: number | null
  readonly canary_failed: number | null
  /** Time at which these numbers last changed. */
  readonly counted_at: number | null
  /** Time from which on runs of earlier versions are moved or canceled; null before. */
  readonly since: number | null
  readonly moved: number
  readonly canceled: number
  /** Runs that ended otherwise before they moved or were canceled. */
  readonly ended: number
  readonly started_at: number
  readonly starter_id: UserId
  readonly starter_name: string
  readonly starter_role: Role
  readonly ended_at: number | null
  /** Null if no person ended it. */
  readonly ender_id: UserId | null
  readonly ender_name: string | null
}

/** A run that a rollout has looked at and that has neither moved nor ended yet. */
export interface RolloutRunRow {
  readonly tenant_id: TenantId
  readonly workflow_id: WorkflowId
  readonly version: string
  readonly run_id: RunId
  /**
   * `selected`: it is about to be asked, and nothing is stored for it; `pending`: it will move or be canceled; `refused`: it
   * remains on its version.
   */
  readonly state: 'selected' | 'pending' | 'refused'
  readonly code: string | null
  readonly message: string | null
  /** Time at which it was last asked. */
  readonly checked_at: number
  /** Turn of the run when it was last asked: it answers the same until it moves on. Null to ask again after a time. */
  readonly turn: number | null
  /** Number of times that it was asked. */
  readonly checks: number
}

/** An open rollout, for the process that works on it next. */
export interface RolloutSweepRow {
  readonly tenant_id: TenantId
  readonly workflow_id: WorkflowId
  readonly version: string
  readonly due_at: number
}

/** A trigger by which the server starts runs, of the version with which they start or of an earlier one. */
export interface TriggerRow {
  readonly tenant_id: TenantId
  readonly workflow_id: WorkflowId
  readonly node_id: NodeId
  readonly kind: TriggerKind
  readonly node_type: string
  /** Version that has the trigger and its params; null if the one with which runs start lacks it. */
  readonly version: string | null
  /** JSON of the params of the node. */
  readonly params: string
  /** Type of the events that start its runs; null for another kind of trigger. */
  readonly event_type: string | null
  /** Number of times that its address was replaced. */
  readonly generation: number
  readonly updated_at: number
  readonly paused_at: number | null
  readonly pauser_id: UserId | null
  readonly pauser_name: string | null
  /** Time until which messages to the test address start test runs; null without a test. */
  readonly test_until: number | null
  /** Number of times that the test was opened, each with an address of its own. */
  readonly test_generation: number
  /** Test runs that messages to it were about to start. */
  readonly test_runs: number
  /** Person who has opened it. */
  readonly tester_id: UserId | null
  readonly tester_name: string | null
  readonly tester_role: Role | null
}

/** The next time of a schedule of the version with which runs start. */
export interface ScheduleRow {
  readonly tenant_id: TenantId
  readonly workflow_id: WorkflowId
  readonly node_id: NodeId
  /** Number of publications, pauses and resumptions: a process that has read the row before one of them changes nothing. */
  readonly revision: number
  /** Number of claims: a process whose lease has lapsed changes nothing after the next one. */
  readonly claim: number
  /** Hash of its params: a publication with others computes its next time anew. */
  readonly rule_hash: string
  /** First time that is not decided; null while it is paused, and if it has none. */
  readonly due_at: number | null
  /** Time that waits for the end of the run before; null without one. */
  readonly waiting_at: number | null
  /** Time at which a process looks at it; null if there is nothing to look at. */
  readonly wake_at: number | null
  /** Run that was started last; null before the first one. */
  readonly last_run_id: RunId | null
  /** Times after it could not be started for a fault of the server; null if there is none. */
  readonly failing_from: number | null
}

/** The last look of any process for schedules that are due, in a table of one row. */
export interface ScheduleLookRow {
  readonly clock: 'schedules'
  readonly looked_at: number
}

/** A stretch of time in which no process looked for schedules. */
export interface ScheduleOutageRow {
  readonly from_at: number
  readonly until_at: number
}

/** The condition of the index of the runs that times of schedules have started; a query states it to use the index. */
export const RUN_OF_SCHEDULE = 'due_at is not null and run_id is not null and not is_backfill'

/** A message to a trigger, or a time of a schedule: what it started, and the key by which a repetition is recognized. */
export interface TriggerEventRow {
  readonly tenant_id: TenantId
  readonly workflow_id: WorkflowId
  readonly node_id: NodeId
  /** Hash of its key; a random id without one. */
  readonly event_id: string
  readonly is_keyed: boolean
  readonly mode: 'live' | 'test'
  readonly at: number
  readonly outcome: TriggerOutcome
  /** Chosen before the run is started, so that a repetition after a crash finds the same run. */
  readonly run_id: RunId | null
  readonly repeats: number
  readonly code: string | null
  readonly message: string | null
  readonly expires_at: number
  /** Time of a schedule, the first one of several that were missed; null for a message. */
  readonly due_at: number | null
  /** True if a person has asked for the run of a time that has passed. */
  readonly is_backfill: boolean
}

/** A run or an event that was requested in a transaction of the host, or an event that was sent. */
export interface StartRequestRow {
  readonly tenant_id: TenantId
  /** Hash of kind, scope and key; a random id without a key. */
  readonly request_id: string
  readonly kind: 'run' | 'event'
  /** Workflow of a run, source of an event. */
  readonly scope: string
  /** Dedupe key of a run, id of an event. */
  readonly event_key: string | null
  readonly run_id: RunId | null
  readonly event_type: string | null
  readonly subject: string | null
  /** Trigger at which a run is to start; null for the first one. */
  readonly node_id: NodeId | null
  /** Time of an event by its sender; null for that at which it was stored. */
  readonly happened_at: string | null
  /** True for an event that has yet to be delivered to the runs that wait for it. */
  readonly serves_waits: boolean
  /** True if the sender has checked the data of an event: another process may not know its type yet. */
  readonly is_checked: boolean
  /** JSON of the input of a run, which is deleted after the decision, or of the data of an event. */
  readonly body: string
  /** Hash of what a repetition must have as well. */
  readonly digest: string
  readonly state: StartRequestState
  /** Times that it could not be accepted so far. */
  readonly attempts: number
  readonly code: string | null
  readonly message: string | null
  readonly at: number
  readonly expires_at: number
}

/** A request, or an event for one of its triggers, that a process is to work on. */
export interface StartRequestQueueRow {
  readonly tenant_id: TenantId
  readonly request_id: string
  /** Empty for the request; mode, workflow and node of the trigger that an event is for. */
  readonly target: string
  readonly seq: Generated<string>
  /** Hash of the key whose requests are worked on one after the other. */
  readonly order_key: string | null
  /** Null while an earlier one has the same key, once a process has seen that. */
  readonly due_at: number | null
  readonly first_failed_at: Generated<number | null>
  readonly attempts: number
}

/** The tables that the server adds, and those of the runtime that it uses as well. */
export interface ServerTables extends Pick<RuntimeTables, 'runs' | 'workers' | 'plans'> {
  readonly workflows: WorkflowRow
  readonly versions: VersionRow
  readonly drafts: DraftRow
  readonly draft_snapshots: DraftSnapshotRow
  readonly draft_updates: DraftUpdateRow
  readonly draft_clients: DraftClientRow
  readonly socket_tickets: SocketTicketRow
  readonly idempotency_keys: IdempotencyKeyRow
  readonly audit_log: AuditRow
  readonly version_rollouts: VersionRolloutRow
  readonly rollout_runs: RolloutRunRow
  readonly rollout_sweeps: RolloutSweepRow
  readonly secrets: SecretRow
  readonly connections: ConnectionRow
  readonly secret_keys: TenantKeyRow
  readonly triggers: TriggerRow
  readonly trigger_events: TriggerEventRow
  readonly schedules: ScheduleRow
  readonly schedule_looks: ScheduleLookRow
  readonly schedule_outages: ScheduleOutageRow
  readonly start_requests: StartRequestRow
  readonly start_request_queue: StartRequestQueueRow
  readonly key_rotations: KeyRotationRow
  readonly wrapped_keys: WrappedKeyRow
}

export type ServerDatabase = Database<ServerTables>
export type ServerTx = Tx<ServerTables>
