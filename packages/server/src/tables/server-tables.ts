import type { Role } from '@tenon/core/api'
import type { TenantId, UserId, WorkflowId } from '@tenon/core/document'
import { type Database, listCondition, type RuntimeTables, type Tx } from '@tenon/runtime/postgres'
import type { Generated, GeneratedAlways } from 'kysely'
import type { RolloutRunRow, RolloutSweepRow, VersionRolloutRow } from './rollout-tables.ts'
import type {
  ConnectionPaceColumns,
  ConnectionRow,
  KeyRotationRow,
  SecretRow,
  TenantKeyRow,
  WrappedKeyRow,
} from './secret-tables.ts'
import type {
  PollRow,
  ScheduleLookRow,
  ScheduleOutageRow,
  ScheduleRow,
  StartRequestQueueRow,
  StartRequestRow,
  TriggerEventRow,
  TriggerRow,
} from './trigger-tables.ts'
import type { EventListenerRow, EventQueueRow, WebhookDeliveryRow, WebhookEndpointRow } from './webhook-tables.ts'

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
  /** Name of the tool that the version offers; null for none. */
  readonly tool_name: string | null
  /** JSON of the tool (`VersionTool`). */
  readonly tool: string | null
  readonly published_at: number
  readonly publisher_id: string
  readonly publisher_name: string
}

/** Columns by which versions of tests, and plans that no version has, are found and deleted. */
interface VersionSweepColumns {
  /** Hashes of its plan, and of the plans of the workflows that it pins. */
  readonly plans: GeneratedAlways<readonly string[]>
  /** Time at which a sweep has found no run of it; null while there is one, and for published versions. */
  readonly unused_at: Generated<number | null>
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

/** The tables that the server adds, and those of the runtime that it uses as well. */
export interface ServerTables extends Pick<RuntimeTables, 'runs' | 'waits' | 'workers' | 'plans'> {
  readonly workflows: WorkflowRow
  readonly versions: VersionRow & VersionSweepColumns
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
  readonly connections: ConnectionRow & ConnectionPaceColumns
  readonly secret_keys: TenantKeyRow
  readonly triggers: TriggerRow
  readonly trigger_events: TriggerEventRow
  readonly schedules: ScheduleRow
  readonly polls: PollRow
  readonly schedule_looks: ScheduleLookRow
  readonly schedule_outages: ScheduleOutageRow
  readonly start_requests: StartRequestRow
  readonly start_request_queue: StartRequestQueueRow
  readonly key_rotations: KeyRotationRow
  readonly wrapped_keys: WrappedKeyRow
  readonly webhook_endpoints: WebhookEndpointRow
  readonly webhook_deliveries: WebhookDeliveryRow
  readonly event_listeners: EventListenerRow
  readonly event_queue: EventQueueRow
}

export type ServerDatabase = Database<ServerTables>
export type ServerTx = Tx<ServerTables>
