import type { UserId } from '../ids.ts'
import type { IsoInstant } from './types.ts'
import type { WebhookEventType } from './webhook-event-types.ts'

/** An address of a tenant to which events are sent. */
export interface WebhookEndpoint {
  /** Id of the endpoint, unique within the tenant. */
  readonly id: string
  /** Address that receives the events. */
  readonly url: string
  /** Text for people. */
  readonly description: string
  /** Types of the events that it receives; empty for all. */
  readonly eventTypes: readonly WebhookEventType[]
  /** `disabled` if it receives no events. */
  readonly status: 'active' | 'disabled'
  /** Sentence that says why the server has disabled it; `null` if a person did, or if it is active. */
  readonly disabledReason: string | null
  /** Time since which every delivery has failed; `null` if the last one was received. */
  readonly failingSince: IsoInstant | null
  /** Time until which its deliveries wait, after several failures one after the other; `null` if they do not wait. */
  readonly heldUntil: IsoInstant | null
  /** Time until which deliveries are signed with the previous secret as well; `null` without a rotation in progress. */
  readonly previousSecretUntil: IsoInstant | null
  /** Person who created it. */
  readonly createdBy: { readonly userId: UserId; readonly displayName: string }
  /** Time at which it was created. */
  readonly createdAt: IsoInstant
  /** Time of its last change by a person. */
  readonly updatedAt: IsoInstant
}

/** Request to create an endpoint. */
export interface CreateWebhookEndpoint {
  /** Address that receives the events: `https://`, or `http://` where the operator allows the host. */
  readonly url: string
  /** Text for people, up to 200 characters. @defaultValue empty */
  readonly description?: string
  /** Types of the events that it receives; empty for all. @defaultValue all */
  readonly eventTypes?: readonly WebhookEventType[]
}

/** Request to change an endpoint. */
export interface UpdateWebhookEndpoint extends Partial<CreateWebhookEndpoint> {
  /** `active` to send events again, `disabled` to stop. */
  readonly status?: 'active' | 'disabled'
}

/** Secret by which a receiver verifies deliveries, by Standard Webhooks. */
export interface WebhookSecret {
  /** Secret that begins with `whsec_`. */
  readonly secret: string
  /** Secret before the rotation, which is still used; `null` without one. */
  readonly previousSecret: string | null
  /** Time until which the previous secret is used; `null` without one. */
  readonly previousSecretUntil: IsoInstant | null
}

/** All states of a delivery. */
export const WEBHOOK_DELIVERY_STATES = ['pending', 'delivered', 'failed'] as const
/** State of a delivery; `failed` is one that is not tried again. */
export type WebhookDeliveryState = (typeof WEBHOOK_DELIVERY_STATES)[number]

/** One try to deliver an event. */
export interface WebhookAttempt {
  /** Time at which the request was sent. */
  readonly at: IsoInstant
  /** Time until the answer, in milliseconds. */
  readonly durationMs: number
  /** Status of the answer; `null` if none arrived. */
  readonly status: number | null
  /** Sentence about the failure; `null` if the event was received. */
  readonly error: string | null
}

/** An event on its way to an endpoint. */
export interface WebhookDelivery {
  /** Id of the event, which is the `webhook-id` header of each try. */
  readonly id: string
  /** Type of the event. */
  readonly eventType: WebhookEventType
  /** Time of the event. */
  readonly at: IsoInstant
  /** State of the delivery. */
  readonly state: WebhookDeliveryState
  /** Number of tries so far. */
  readonly attempts: number
  /** Time of the next try; `null` if there is none. */
  readonly nextAttemptAt: IsoInstant | null
  /** The last try; `null` before the first one. */
  readonly lastAttempt: WebhookAttempt | null
}

/** A delivery with what was sent and answered. */
export interface WebhookDeliveryDetails extends WebhookDelivery {
  /** Body of the request, as JSON text. */
  readonly requestBody: string
  /** Beginning of the last answer, up to 2,000 characters, with secrets masked; `null` without an answer. */
  readonly responseBody: string | null
  /** The last tries, newest first; up to 20. */
  readonly lastAttempts: readonly WebhookAttempt[]
}
