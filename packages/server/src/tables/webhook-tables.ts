import type { WebhookDeliveryState, WebhookEventType } from '@tenon/core/api'
import type { TenantId, UserId } from '@tenon/core/document'

/** Begins the target of an event that has yet to be spread over the endpoints of its tenant; the id of the tenant follows. */
export const SPREAD = 'spread '
/** Target of an event for `onEvent` of the host. */
export const HOST = 'host'
/** Tenant of the listener that is the host, which listens to all tenants; no tenant has such an id. */
export const EVERY_TENANT = '*'

/** An address of a tenant to which events are sent. Its secret is derived, and stored nowhere. */
export interface WebhookEndpointRow {
  readonly tenant_id: TenantId
  readonly endpoint_id: string
  readonly url: string
  readonly description: string
  /** JSON list; empty for all. */
  readonly event_types: string
  readonly status: 'active' | 'disabled'
  /** Null unless the server has disabled it. */
  readonly disabled_reason: string | null
  /** Time since which every delivery has failed; null if the last one was received. */
  readonly failing_since: number | null
  /** Deliveries that have failed since one was received. */
  readonly failures: number
  /** Time until which no delivery is tried, since many have failed; null if they are. */
  readonly held_until: number | null
  /** Number of times that its secret was replaced. */
  readonly generation: number
  /** Time until which the secret before is used as well; null if it is not. */
  readonly previous_until: number | null
  readonly creator_id: UserId
  readonly creator_name: string
  readonly created_at: number
  readonly updated_at: number
}

/** A listener that events are noted for: an active endpoint, or the host. Read whenever something happens that is an event. */
export interface EventListenerRow {
  readonly tenant_id: TenantId
  readonly listener_id: string
  /** Types to note; null for all. */
  readonly types: readonly string[] | null
  /** Time until which events are noted; null for no end. */
  readonly until: number | null
}

/** An event to be spread, to be sent to an endpoint, or to be given to the host. */
export interface EventQueueRow {
  readonly tenant_id: TenantId
  readonly event_id: string
  /** {@link SPREAD} with the tenant, {@link HOST}, or an endpoint. */
  readonly target: string
  readonly event_type: WebhookEventType
  /** JSON list of the ids of what the event is about. */
  readonly subject: string
  readonly at: number
  readonly due_at: number
  readonly attempts: number
}

/** An event on its way to an endpoint, and what came of it. */
export interface WebhookDeliveryRow {
  readonly tenant_id: TenantId
  readonly endpoint_id: string
  readonly event_id: string
  readonly event_type: WebhookEventType
  readonly at: number
  readonly state: WebhookDeliveryState
  readonly body: string
  readonly attempts: number
  /** Null if it is not tried again. */
  readonly next_attempt_at: number | null
  /** JSON list of the last attempts, newest first. */
  readonly last_attempts: string
  /** Beginning of the last answer; null without one. */
  readonly response_body: string | null
  readonly expires_at: number
}
