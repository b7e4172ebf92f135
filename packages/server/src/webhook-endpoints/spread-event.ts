import type { WebhookEvent } from '@tenon/core/api'
import type { ServerContext } from '../context.ts'
import { type ClaimedEvent, countEventsOf, dropEvent, enqueueEvents } from '../tables/event-queue-repository.ts'
import type { ServerTx } from '../tables/server-tables.ts'
import { insertDeliveries } from '../tables/webhook-delivery-repository.ts'
import { listActiveEndpoints } from '../tables/webhook-endpoint-repository.ts'
import type { WebhookDeliveryRow, WebhookEndpointRow } from '../tables/webhook-tables.ts'
import { readEvent } from './read-event.ts'

/** Time for which a delivery is listed. */
export const KEPT_MS: number = 30 * 24 * 60 * 60 * 1_000
/** Deliveries of an endpoint that wait at once. */
const MAX_WAITING = 10_000

/** Replaces an event by one delivery for each endpoint that receives its type, in one transaction. */
export async function spreadEvent(server: ServerContext, entry: ClaimedEvent): Promise<void> {
  const { tenant_id: tenantId } = entry
  await server.database.withTenant(tenantId, async (tx) => {
    const event = await readEvent(tx, entry)
    const endpoints =
      event === null ? [] : (await listActiveEndpoints(tx, tenantId)).filter((row) => hasType(row, event))
    if (event !== null) await addDeliveries(tx, event, entry, endpoints, server.now())
    await dropEvent(tx, entry)
  })
}

function hasType({ event_types }: WebhookEndpointRow, { type }: WebhookEvent): boolean {
  const types: readonly string[] = JSON.parse(event_types)
  return types.length === 0 || types.includes(type)
}

async function addDeliveries(
  tx: ServerTx,
  event: WebhookEvent,
  { tenant_id, at }: ClaimedEvent,
  endpoints: readonly WebhookEndpointRow[],
  now: number,
): Promise<void> {
  const body = JSON.stringify(event)
  const rows: WebhookDeliveryRow[] = []
  for (const { endpoint_id } of endpoints) {
    const isFull = (await countEventsOf(tx, tenant_id, endpoint_id, MAX_WAITING)) >= MAX_WAITING
    rows.push({
      ...{ tenant_id, endpoint_id, event_id: event.id, event_type: event.type, at, body },
      // It is listed, and can be replayed later.
      ...(isFull ? { state: 'failed', next_attempt_at: null } : { state: 'pending', next_attempt_at: now }),
      ...{ attempts: 0, last_attempts: '[]', response_body: null, expires_at: now + KEPT_MS },
    })
  }
  await insertDeliveries(tx, rows)
  const waiting = rows.filter(({ state }) => state === 'pending')
  await enqueueEvents(
    tx,
    waiting.map(({ endpoint_id: target }) => ({ tenant_id, event_id: event.id, target, event_type: event.type, at })),
  )
}
