import { type Json, TENANT_ID_PATTERN, type TenantId } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import { encodeValue } from '@tenon/core/run'
import type { ServerContext } from '../context.ts'
import { checkTexts } from '../start-requests/check-texts.ts'
import type { HostTransaction } from '../start-requests/host-transaction.ts'
import { putStartRequest } from '../start-requests/put-start-request.ts'
import { requestOf, sendEvent } from './send-event.ts'

/** An event that the host sends. */
export interface EmitEvent {
  /** Open transaction of the host, after whose commit the event is sent. @defaultValue it is sent at once */
  readonly tx?: HostTransaction
  /** Tenant whose workflows receive it. */
  readonly tenantId: TenantId
  /** Type, 1 to 200 characters, such as `order.created`. */
  readonly type: string
  /** Data of the event. @defaultValue `{}` */
  readonly payload?: Json
  /**
   * Object that the event is about, 1 to 400 characters: the subject of the event, and the key of the runs that wait for it.
   * Events with the same key start runs in the order in which they were stored.
   *
   * @defaultValue the event ends no waits
   */
  readonly key?: string
  /** Id of the event, 1 to 200 characters, unique within its source. @defaultValue a new id */
  readonly dedupeKey?: string
  /** Origin of the event, 1 to 400 characters. @defaultValue `host` */
  readonly source?: string
}

/** An event that is stored; with `tx`, if the transaction commits. */
export interface EmittedEvent {
  /** Id of the event, unique within its source. */
  readonly eventId: string
}

/** Sends an event of the host, at once or after the commit of its transaction. */
export async function emitEvent(server: ServerContext, event: EmitEvent): Promise<EmittedEvent> {
  const { tx, tenantId, type, payload = {}, key, dedupeKey, source = 'host' } = event
  checkTexts({ type, dedupeKey }, ['type'], 200)
  checkTexts({ key, source }, ['source'])
  if (typeof tenantId !== 'string' || !TENANT_ID_PATTERN.test(tenantId)) {
    throw new TenonError('TENANT_INVALID', 'This is not a valid tenant id')
  }
  const data = encodeValue(payload).json
  const id = dedupeKey ?? crypto.randomUUID()
  const toSend = {
    ...{ id, source, type, time: null, subject: key ?? null, data, ttl: null },
    isKeptForWaits: 'if-room' as const,
  }
  if (tx === undefined) {
    await sendEvent(server, { tenantId, identity: null }, toSend)
    return { eventId: id }
  }
  server.eventTypes.check(type, data)
  await putStartRequest(tx, server.database.schema, requestOf(tenantId, { ...toSend, servesWaits: true }))
  server.startRequests.wakeSoon()
  return { eventId: id }
}
