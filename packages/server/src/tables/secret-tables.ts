import type { ConnectionStatus } from '@tenon/core/api'
import type { TenantId, UserId, WorkflowId } from '@tenon/core/document'
import type { Generated } from 'kysely'

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

/** Columns of `connections` that only the pace of its requests reads and writes. */
export interface ConnectionPaceColumns {
  /** Time until which its requests have been planned, in milliseconds of the database; null before the first one. */
  readonly paced_until: Generated<number | null>
  /** Time of the last request that was refused and is to come back; null before the first one. */
  readonly refused_until: Generated<number | null>
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
