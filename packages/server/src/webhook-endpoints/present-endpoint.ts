import type {
  WebhookAttempt,
  WebhookDelivery,
  WebhookDeliveryDetails,
  WebhookEndpoint,
  WebhookEventType,
} from '@tenon/core/api'
import { toInstant, toInstantOrNull } from '../http/instant.ts'
import type { WebhookDeliveryRow, WebhookEndpointRow } from '../tables/webhook-tables.ts'

/** Returns an endpoint for the API. @param now - Milliseconds since the Unix epoch. */
export function presentEndpoint(row: WebhookEndpointRow, now: number): WebhookEndpoint {
  const { previous_until, held_until } = row
  return {
    ...{ id: row.endpoint_id, url: row.url, description: row.description },
    eventTypes: eventTypesOf(row),
    ...{ status: row.status, disabledReason: row.disabled_reason },
    failingSince: toInstantOrNull(row.failing_since),
    heldUntil: row.status === 'active' && held_until !== null && held_until > now ? toInstant(held_until) : null,
    previousSecretUntil: previous_until !== null && previous_until > now ? toInstant(previous_until) : null,
    createdBy: { userId: row.creator_id, displayName: row.creator_name },
    ...{ createdAt: toInstant(row.created_at), updatedAt: toInstant(row.updated_at) },
  }
}

/** Returns the types that an endpoint receives; none for all. */
export function eventTypesOf({ event_types }: WebhookEndpointRow): readonly WebhookEventType[] {
  return JSON.parse(event_types)
}

/** Returns a delivery for a list. */
export function presentDelivery(row: WebhookDeliveryRow): WebhookDelivery {
  const [lastAttempt = null] = attemptsOf(row)
  return {
    ...{ id: row.event_id, eventType: row.event_type, at: toInstant(row.at), state: row.state },
    ...{ attempts: row.attempts, nextAttemptAt: toInstantOrNull(row.next_attempt_at), lastAttempt },
  }
}

/** Returns a delivery with what was sent and answered. */
export function presentDeliveryDetails(row: WebhookDeliveryRow): WebhookDeliveryDetails {
  return {
    ...presentDelivery(row),
    ...{ requestBody: row.body, responseBody: row.response_body, lastAttempts: attemptsOf(row) },
  }
}

function attemptsOf({ last_attempts }: WebhookDeliveryRow): readonly WebhookAttempt[] {
  return JSON.parse(last_attempts)
}
