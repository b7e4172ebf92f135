import type { Identity, SentEvent } from '@tenon/core/api'
import { durationToMs, isJsonObject, type Json, type JsonObject, sha256Hex, type TenantId } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import { encodeValue } from '@tenon/core/run'
import type { EventRequest, TransactionHook } from '@tenon/runtime'
import type { ServerContext } from '../context.ts'
import { holdEventFiles } from '../files/hold-input-files.ts'
import { toInstantOrNull } from '../http/instant.ts'
import { putOwnStartRequest, type RequestToPut } from '../start-requests/put-start-request.ts'
import { auditHook } from '../tables/audit-repository.ts'

/** An event to send to triggers and waits. */
export interface EventToSend {
  /** Id, unique within the source; `null` for a new one. */
  readonly id: string | null
  readonly source: string
  readonly type: string
  /** Time at which it happened; `null` for now. */
  readonly time: string | null
  /** Key of the waits that it ends, and subject for triggers; `null` for an event that only starts runs. */
  readonly subject: string | null
  readonly data: Json
  /** `if-room` to accept it also when no more events are kept for waits. */
  readonly isKeptForWaits: 'always' | 'if-room'
  /** Time for which it is kept for a wait; `null` for the default. */
  readonly ttl: string | null
}

type SendDeps = Pick<
  ServerContext,
  'database' | 'engine' | 'dataUsage' | 'eventTypes' | 'startRequests' | 'files' | 'now' | 'log'
>

/** Person who sends events by the API; the host itself has none. */
type Sender = { readonly tenantId: TenantId; readonly identity: Identity | null }

/**
 * Stores an event, in one transaction with its delivery to the runs that wait for it. Its triggers start runs after that.
 *
 * @throws {@link TenonError} `EVENT_TYPE_UNKNOWN`, `EVENT_PAYLOAD_INVALID`, `EVENT_ID_USED`, `EVENT_BUFFER_FULL`,
 * `PAYLOAD_LIMIT_REACHED`, `VALUE_NOT_JSON`, `VALUE_TOO_LARGE`, `REQUEST_INVALID`.
 */
export async function sendEvent(server: SendDeps, sender: Sender, event: EventToSend): Promise<SentEvent> {
  const { tenantId } = sender
  server.eventTypes.check(event.type, event.data)
  await server.dataUsage.checkValue(tenantId, event.data, ['payload'])
  // Before it is stored, so that no crash in between leaves an event without its files.
  await holdEventFiles(server, tenantId, event.data, usedUntil(server.now(), event))
  const id = event.id ?? crypto.randomUUID()
  const hook = storeHook(server, sender, { ...event, id })
  const sent =
    event.subject === null
      ? await storeOnly(server, tenantId, hook, id)
      : await deliver(server, sender, { ...event, id, subject: event.subject }, hook)
  server.startRequests.wake()
  return sent
}

/** Time for which an event may start runs: its requests are tried again for a day. */
const TRIED_MS = 24 * 60 * 60 * 1_000

/** Longest time for which an event is kept for a wait unless its sender says otherwise. */
const KEPT_FOR_WAITS = '7d'

/** Returns the time until which an event may be used: it starts runs for a day, and waits get it until it expires. */
export function usedUntil(now: number, { subject, ttl }: EventToSend): number {
  return now + Math.max(TRIED_MS, subject === null ? 0 : durationToMs(ttl ?? KEPT_FOR_WAITS))
}

/** Makes the request that stores an event. */
export function requestOf(tenantId: TenantId, event: EventToSend & { readonly servesWaits: boolean }): RequestToPut {
  const { id, source, type, time, subject, data, servesWaits } = event
  return {
    ...{ tenantId, kind: 'event', scope: source, key: id, body: encodeValue(data).text, type, subject, time },
    ...{ orderKey: subject, nodeId: null, servesWaits, isChecked: true },
  }
}

function storeHook(server: SendDeps, { tenantId, identity }: Sender, event: EventToSend): TransactionHook {
  const { type, subject } = event
  const audit =
    identity === null
      ? null
      : auditHook({
          ...{ identity, action: 'event.send', resource: type, at: server.now() },
          details: subject === null ? {} : { key: subject },
        })
  return async (tx) => {
    const request = requestOf(tenantId, { ...event, servesWaits: false })
    const { isNew } = await putOwnStartRequest(tx, server.database.schema, request)
    if (isNew) await audit?.(tx)
  }
}

async function storeOnly(
  { database }: SendDeps,
  tenantId: TenantId,
  hook: TransactionHook,
  eventId: string,
): Promise<SentEvent> {
  await database.withTenant(tenantId, (tx) => hook(tx.withTables()))
  return { eventId, status: 'accepted', delivered: 0, expiresAt: null, refused: [] }
}

async function deliver(
  server: SendDeps,
  sender: Sender,
  event: EventToSend & { readonly id: string; readonly subject: string },
  hook: TransactionHook,
): Promise<SentEvent> {
  const { tenantId, identity } = sender
  try {
    const sent = await server.engine.sendEvent(tenantId, waitEventOf(event, identity), hook)
    if (sent.outcome === 'gone') throw new TenonError('INTERNAL', 'An event was taken for a callback')
    const { outcome: status, delivered, expiresAt, refused } = sent
    return { eventId: event.id, status, delivered, expiresAt: toInstantOrNull(expiresAt), refused }
  } catch (error) {
    const isFull = error instanceof TenonError && error.code === 'EVENT_BUFFER_FULL'
    if (!isFull || event.isKeptForWaits === 'always') throw error
    // Triggers need no room for it, and no run waits for it now.
    server.log('warn', 'event.not_kept: too many events are kept for waits', { tenantId, type: event.type })
    return storeOnly(server, tenantId, hook, event.id)
  }
}

/** Makes the event for the runs that wait for it. */
export function waitEventOf(
  event: Pick<EventToSend, 'source' | 'type' | 'data' | 'ttl'> & { readonly id: string; readonly subject: string },
  identity: Identity | null,
): EventRequest {
  const { id, source, type, subject, data, ttl } = event
  return {
    target: { kind: 'event', name: type, key: subject },
    payload: payloadOf(data),
    actor: identity === null ? null : { userId: identity.userId, displayName: identity.displayName },
    // The ids of one source only: those of another may be the same.
    eventId: source === API_SOURCE ? id : sha256Hex(JSON.stringify([source, id])),
    ...(ttl === null ? {} : { ttl }),
  }
}

/** Source of events in the form of the API. */
export const API_SOURCE = 'api'

/** Nodes put out objects. */
function payloadOf(data: Json): JsonObject {
  return isJsonObject(data) ? data : { data }
}
