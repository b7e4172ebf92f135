import { createHash, randomUUID } from 'node:crypto'
import { durationToMs, type JsonObject, type TenantId } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import type { Actor } from '@tenon/core/run'
import { storeValue } from '../commit/stored-value.ts'
import type { RuntimeDatabase } from '../postgres/tables.ts'
import { type EventTarget, matchKeyOf } from '../store/match-key.ts'
import { type PutEvent, putEvent, type RefusedWait } from '../store/put-event.ts'
import type { MessageRoute } from '../store/put-message.ts'

/** An event or a callback for the runs that wait for it. */
export interface EventRequest {
  /** Event by name and key, the node run that waits for a callback, or a connection that works again. */
  readonly target: EventTarget
  /** Payload of the event, or body of the callback. */
  readonly payload: JsonObject
  /**
   * Id chosen by the sender, unique within the tenant: the same event again changes nothing. It must not begin with `~`: so do
   * those of callbacks and connections, which have the id of their node run or generation, whatever is given.
   *
   * @defaultValue a new id
   */
  readonly eventId?: string
  /** Time for which it is kept, and its id is recognized: `1ms` to `30d`. @defaultValue `7d` */
  readonly ttl?: string
  /** Person who sent it; `null` if no person did. */
  readonly actor: Actor | null
}

/** Result of an event; `gone` for a callback that its run no longer waits for. */
export type SendEventResult =
  | {
      /** `delivered` if it has ended a wait, `buffered` if it is kept for the next one. */
      readonly outcome: 'delivered' | 'buffered'
      /** Id of the event. */
      readonly eventId: string
      /** Number of waits that it has ended. */
      readonly delivered: number
      /** Time until which it is kept, in milliseconds since the Unix epoch; `null` if it was delivered. */
      readonly expiresAt: number | null
      /** Waits that stay open because the payload does not fit; the first 20. */
      readonly refused: readonly RefusedWait[]
      /** `true` for an event that was stored before: nothing was changed, and the hook of this call has changed nothing. */
      readonly isRepeated: boolean
    }
  | { readonly outcome: 'gone' }

/** Stores an event, and returns the runs to wake. */
export type StoreEvent = (
  tenantId: TenantId,
  request: EventRequest,
  route: MessageRoute,
) => Promise<{ readonly result: SendEventResult; readonly runs: Extract<PutEvent, { runs: unknown }>['runs'] }>

const DEFAULT_TTL = '7d'
const MAX_TTL_MS = 2_592_000_000
/** Two events with one new id at the same time: the second one finds the first in its second attempt. */
const MAX_TRIES = 3
/** Beginning of the ids of callbacks and connections. */
const OWN_ID = '~'

/** Creates the function with which both engines store events. */
export function createStoreEvent(database: RuntimeDatabase, now: () => number): StoreEvent {
  return async (tenantId, request, route) => {
    const { target, payload, ttl = DEFAULT_TTL, actor } = request
    const ttlMs = checkedTtl(ttl)
    const { ref, json, payloads } = storeValue(payload)
    const matchKey = matchKeyOf(target)
    if (target.kind === 'event') checkEventId(request.eventId)
    const givenId = target.kind === 'event' ? request.eventId : `${OWN_ID}${target.kind}/${matchKey}`
    const eventId = givenId ?? randomUUID()
    const digest = createHash('sha256').update(`${matchKey}/${ref.hash}`).digest('hex')
    const receivedAt = now()
    const event = {
      ...{ tenantId, target, matchKey, eventId, hasId: givenId !== undefined, digest, actor, route },
      ...{ payload: ref, json: json as JsonObject, payloads, receivedAt, expiresAt: receivedAt + ttlMs },
    }
    for (let tries = 0; tries < MAX_TRIES; tries += 1) {
      const put = await database.withTenant(tenantId, (tx) => putEvent(tx, event))
      if (put.outcome === 'gone') return { result: put, runs: [] }
      if (put.outcome === 'retry') continue
      const { runs, ...result } = put
      return { result: { eventId, ...result }, runs }
    }
    throw new TenonError('UNAVAILABLE', 'The event was sent several times at once')
  }
}

/** @throws {@link TenonError} `REQUEST_INVALID` for a time of 0, or of more than 30 days. */
function checkedTtl(ttl: string): number {
  const ttlMs = durationToMs(ttl)
  if (ttlMs > 0 && ttlMs <= MAX_TTL_MS) return ttlMs
  const message = `ttl must be above 0 and at most 30d (got "${ttl}")`
  throw new TenonError('REQUEST_INVALID', message, { details: { issues: [{ path: ['ttl'], code: 'range', message }] } })
}

/**
 * Callbacks and connections have ids that anyone can compute: an event with such an id would keep theirs from being stored.
 *
 * @throws {@link TenonError} `REQUEST_INVALID` for an id that begins with `~`.
 */
function checkEventId(eventId: string | undefined): void {
  if (eventId === undefined || !eventId.startsWith(OWN_ID)) return
  const message = `The id of an event must not begin with "${OWN_ID}"`
  throw new TenonError('REQUEST_INVALID', message, { details: { issues: [{ path: ['id'], code: 'format', message }] } })
}
