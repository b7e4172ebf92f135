import type { WebhookAttempt } from '@tenon/core/api'
import type { TenantId } from '@tenon/core/document'
import type { ServerContext } from '../context.ts'
import { insertSystemAudit } from '../tables/audit-repository.ts'
import { type ClaimedEvent, delayEvent, dropEvent, dropEventsOf, holdEvents } from '../tables/event-queue-repository.ts'
import type { ServerTx } from '../tables/server-tables.ts'
import { failPending, findDelivery, updateDelivery } from '../tables/webhook-delivery-repository.ts'
import { changeEndpoint, type EndpointRef, findEndpoint, lockEndpoint } from '../tables/webhook-endpoint-repository.ts'
import type { WebhookDeliveryRow, WebhookEndpointRow } from '../tables/webhook-tables.ts'
import { endpointAfter, isReceived, nextDelay } from './delivery-rules.ts'
import { type SentDelivery, sendDelivery } from './send-delivery.ts'

/** Attempts that the log of a delivery keeps. */
const KEPT_ATTEMPTS = 20

/**
 * Tries a delivery that was claimed, and stores what came of it. A process that is killed in between leaves the entry, whose
 * lease ends: the event is sent again with the same id.
 */
export async function deliverEvent(server: ServerContext, entry: ClaimedEvent): Promise<void> {
  const { tenant_id: tenantId, event_id: eventId, target: endpointId } = entry
  const ref = { tenantId, endpointId, eventId }
  const { endpoint, delivery } = await server.database.withTenant(tenantId, async (tx) => ({
    endpoint: await findEndpoint(tx, ref),
    delivery: await findDelivery(tx, ref),
  }))
  if (endpoint === null || endpoint.status === 'disabled' || delivery?.state !== 'pending') {
    return server.database.withTenant(tenantId, (tx) => dropUnsent(tx, entry))
  }
  const heldMs = (endpoint.held_until ?? 0) - server.now()
  if (heldMs > 0) {
    return server.database.withTenant(tenantId, async (tx) => {
      await delayEvent(tx, entry, heldMs, false)
      await holdEvents(tx, ref, heldMs)
    })
  }
  const sent = await sendDelivery(server, endpoint, delivery)
  await server.database.withTenant(tenantId, (tx) => storeResult(server, tx, entry, sent))
}

/**
 * Takes an entry that is not to be sent out of the queue. Its delivery has failed then: the event may have been spread while
 * the endpoint was being disabled.
 */
async function dropUnsent(tx: ServerTx, entry: ClaimedEvent): Promise<void> {
  const { tenant_id: tenantId, event_id: eventId, target: endpointId } = entry
  const ref = { tenantId, endpointId, eventId }
  const endpoint = await lockEndpoint(tx, ref)
  const isPending = (await findDelivery(tx, ref))?.state === 'pending'
  // Enabled, or replayed, since it was read.
  if (isPending && endpoint?.status === 'active') return delayEvent(tx, entry, 0, false)
  if (isPending) await updateDelivery(tx, ref, { state: 'failed', next_attempt_at: null })
  await dropEvent(tx, entry)
}

async function storeResult(
  server: ServerContext,
  tx: ServerTx,
  entry: ClaimedEvent,
  sent: SentDelivery,
): Promise<void> {
  const { tenant_id: tenantId, event_id: eventId, target: endpointId } = entry
  const ref = { tenantId, endpointId, eventId }
  const now = server.now()
  const endpoint = await lockEndpoint(tx, ref)
  const delivery = await findDelivery(tx, ref)
  // Deleted or disabled while the request was on its way.
  if (endpoint === null || delivery?.state !== 'pending') return dropEvent(tx, entry)
  const attempts = entry.attempts + 1
  const delayMs = isReceived(sent.result) ? null : nextDelay(attempts, sent.result, now, Math.random())
  const isDone = isReceived(sent.result)
  await updateDelivery(tx, ref, {
    state: isDone ? 'delivered' : delayMs === null ? 'failed' : 'pending',
    next_attempt_at: delayMs === null ? null : now + Math.round(delayMs),
    ...attemptColumns(delivery, sent),
  })
  if (delayMs === null) await dropEvent(tx, entry)
  else await delayEvent(tx, entry, delayMs)
  const change = endpointAfter(endpoint, sent.result, { isLast: delayMs === null, now })
  if (Object.keys(change).length === 0 || endpoint.status === 'disabled') return
  await changeEndpoint(tx, endpoint, change)
  if (change.status === 'disabled') await afterDisabling(tx, ref, change.disabled_reason ?? '', now)
}

/** Returns the columns of a delivery that one more attempt changes. */
export function attemptColumns(
  delivery: Pick<WebhookDeliveryRow, 'attempts' | 'last_attempts'>,
  { attempt, answer }: SentDelivery,
): Pick<WebhookDeliveryRow, 'attempts' | 'last_attempts' | 'response_body'> {
  const earlier: readonly WebhookAttempt[] = JSON.parse(delivery.last_attempts)
  return {
    attempts: delivery.attempts + 1,
    last_attempts: JSON.stringify([attempt, ...earlier].slice(0, KEPT_ATTEMPTS)),
    response_body: answer,
  }
}

/** Ends what is on its way to an endpoint that the server has disabled, with an entry in the audit log. */
async function afterDisabling(tx: ServerTx, ref: EndpointRef, reason: string, at: number): Promise<void> {
  await stopDeliveries(tx, ref)
  const { tenantId, endpointId } = ref
  await insertSystemAudit(tx, { tenantId, action: 'webhook.disable', resource: endpointId, at, details: { reason } })
}

/** Ends what is on its way to an endpoint. */
export async function stopDeliveries(tx: ServerTx, ref: EndpointRef): Promise<void> {
  await failPending(tx, ref)
  await dropEventsOf(tx, ref)
}

/** Names an endpoint by its row. */
export function endpointRef({ tenant_id, endpoint_id }: WebhookEndpointRow): {
  tenantId: TenantId
  endpointId: string
} {
  return { tenantId: tenant_id, endpointId: endpoint_id }
}
