import type { WebhookEvent } from '@tenon/core/api'
import { TenonError } from '@tenon/core/errors'
import type { ServerContext } from '../context.ts'
import { inTime } from '../in-time.ts'
import { reasonOf } from '../log/reason-of.ts'
import { type ClaimedEvent, delayEvent, dropEvent } from '../tables/event-queue-repository.ts'
import { nextDelay } from './delivery-rules.ts'
import { readEvent } from './read-event.ts'

/** Receives what happens in all tenants. */
export type OnEvent = (event: WebhookEvent) => void | Promise<void>

const TIMEOUT_MS = 30_000

/**
 * Gives an event to the host, and takes it out of the queue when the host has handled it. A handler that throws or does not
 * answer gets the event again later, as an endpoint would.
 */
export async function callHost(server: ServerContext, onEvent: OnEvent, entry: ClaimedEvent): Promise<void> {
  const { tenant_id: tenantId } = entry
  const event = await server.database.withTenant(tenantId, (tx) => readEvent(tx, entry))
  if (event === null) return server.database.withTenant(tenantId, (tx) => dropEvent(tx, entry))
  const failure = await handled(onEvent, event)
  if (failure === null) return server.database.withTenant(tenantId, (tx) => dropEvent(tx, entry))
  const attempts = entry.attempts + 1
  const delayMs = nextDelay(attempts, { status: null, retryAfter: null }, server.now(), Math.random())
  const fields = { tenantId, eventId: event.id, type: event.type, attempts, reason: failure }
  if (delayMs === null) server.log('error', 'on_event.dropped: onEvent has failed too often', fields)
  else server.log('warn', 'on_event.failed: retrying', fields)
  await server.database.withTenant(tenantId, (tx) =>
    delayMs === null ? dropEvent(tx, entry) : delayEvent(tx, entry, delayMs),
  )
}

/** @returns Reason of the failure; null if the host has handled the event. */
async function handled(onEvent: OnEvent, event: WebhookEvent): Promise<string | null> {
  const late = () => new TenonError('UNAVAILABLE', `onEvent did not answer within ${TIMEOUT_MS / 1_000} s`)
  try {
    // In a function of its own, so that a handler that throws at once is a rejection as well.
    await inTime((async () => onEvent(event))(), TIMEOUT_MS, late)
    return null
  } catch (error) {
    return reasonOf(error)
  }
}
