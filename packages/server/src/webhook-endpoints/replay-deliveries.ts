import { randomUUID } from 'node:crypto'
import type { Identity, WebhookEvent } from '@tenon/core/api'
import { TenonError } from '@tenon/core/errors'
import type { ServerContext } from '../context.ts'
import { toInstant } from '../http/instant.ts'
import { enqueueEvents, hurryEvents } from '../tables/event-queue-repository.ts'
import { findDelivery, insertDeliveries, replayDeliveries } from '../tables/webhook-delivery-repository.ts'
import { changeEndpoint, lockEndpoint } from '../tables/webhook-endpoint-repository.ts'
import type { WebhookDeliveryRow, WebhookEndpointRow } from '../tables/webhook-tables.ts'
import { note } from './change-endpoint.ts'
import { attemptColumns, endpointRef } from './deliver-event.ts'
import { isReceived, LEASE_MS } from './delivery-rules.ts'
import { sendDelivery } from './send-delivery.ts'
import { KEPT_MS } from './spread-event.ts'

/** Failed deliveries that one request replays. */
const MOST = 1_000

/** @throws {@link TenonError} `DELIVERY_NOT_FOUND`. */
export async function requireDelivery(
  server: ServerContext,
  endpoint: WebhookEndpointRow,
  eventId: string,
): Promise<WebhookDeliveryRow> {
  const ref = { ...endpointRef(endpoint), eventId }
  const row = await server.database.withTenant(ref.tenantId, (tx) => findDelivery(tx, ref))
  if (row === null) throw new TenonError('DELIVERY_NOT_FOUND', 'The endpoint has no delivery of this event')
  return row
}

/**
 * Sends deliveries now: one, or those that have failed and those that wait. An endpoint whose deliveries wait after failures
 * is tried at once.
 *
 * @returns The number of those that are sent again.
 * @throws {@link TenonError} `ENDPOINT_DISABLED`, `ENDPOINT_NOT_FOUND`.
 */
export async function replay(
  server: ServerContext,
  identity: Identity,
  endpoint: WebhookEndpointRow,
  eventId: string | null,
): Promise<{ readonly replayed: number; readonly hasMore: boolean }> {
  const ref = endpointRef(endpoint)
  const { tenantId, endpointId } = ref
  const at = server.now()
  const answer = await server.database.withTenant(tenantId, async (tx) => {
    const now = await lockEndpoint(tx, ref)
    if (now === null) throw new TenonError('ENDPOINT_NOT_FOUND', 'No endpoint has this id')
    if (now.status === 'disabled') throw new TenonError('ENDPOINT_DISABLED', 'The endpoint is disabled')
    const changed = await replayDeliveries(tx, ref, eventId === null ? { failed: MOST } : { eventId }, at)
    await enqueueEvents(
      tx,
      changed.map(({ event_id, event_type, at: happenedAt }) => ({
        ...{ tenant_id: tenantId, event_id, event_type, target: endpointId, at: happenedAt },
      })),
    )
    if (now.held_until !== null) await changeEndpoint(tx, now, { held_until: null })
    const waiting = await hurryEvents(tx, ref, eventId, LEASE_MS)
    const replayed = changed.length + waiting
    if (replayed > 0) await note(tx, identity, 'webhook.replay', endpoint, at, { deliveries: replayed })
    return { replayed, hasMore: changed.length === MOST }
  })
  server.eventKeeper.wake()
  return answer
}

/** Sends a test event once, and stores what came of it. It changes nothing about the endpoint. */
export async function testEndpoint(
  server: ServerContext,
  identity: Identity,
  endpoint: WebhookEndpointRow,
): Promise<WebhookDeliveryRow> {
  const { tenantId, endpointId } = endpointRef(endpoint)
  const at = server.now()
  const id = `evt_${randomUUID().replaceAll('-', '')}`
  const event: WebhookEvent = { id, type: 'endpoint.test', timestamp: toInstant(at), tenantId, data: { endpointId } }
  const body = JSON.stringify(event)
  const sent = await sendDelivery(server, endpoint, { event_id: id, body })
  const row: WebhookDeliveryRow = {
    ...{ tenant_id: tenantId, endpoint_id: endpointId, event_id: id, event_type: event.type, at, body },
    ...{ state: isReceived(sent.result) ? 'delivered' : 'failed', next_attempt_at: null },
    ...attemptColumns({ attempts: 0, last_attempts: '[]' }, sent),
    expires_at: at + KEPT_MS,
  }
  await server.database.withTenant(tenantId, async (tx) => {
    if ((await lockEndpoint(tx, { tenantId, endpointId })) === null) return
    await insertDeliveries(tx, [row])
    await note(tx, identity, 'webhook.test', endpoint, at)
  })
  return row
}
