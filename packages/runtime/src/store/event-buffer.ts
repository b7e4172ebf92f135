import { TenonError } from '@tenon/core/errors'
import { sql } from 'kysely'
import { databaseNow, statementNow } from '../postgres/database-now.ts'
import type { RuntimeTables } from '../postgres/tables.ts'
import type { Tx } from '../postgres/types.ts'
import type { EventToPut, PutEvent } from './put-event.ts'
import { lockStoredPayload } from './stored-payload.ts'
import { deleteUnusedPayloads } from './unused-payloads.ts'

/** Events of a tenant that are kept at the same time. */
const MAX_KEPT_EVENTS = 10_000
/** Bytes of their payloads. */
const MAX_KEPT_BYTES = 67_108_864
/** Expired rows of a tenant that one event deletes. */
const SWEEP_ROWS = 100

type RuntimeTx = Tx<RuntimeTables>

/** Stores the payload of an event, and the marks of the files in it. */
export async function addPayloads(tx: RuntimeTx, { tenantId, payloads }: EventToPut): Promise<void> {
  if (payloads.length === 0) return
  await tx
    .insertInto('payloads')
    .values(payloads.map(({ hash, size, text }) => ({ tenant_id: tenantId, hash, size, data: text })))
    .onConflict(lockStoredPayload)
    .execute()
}

/** Deletes the event with the same id if it has expired, and some others of the tenant, with their payloads. */
export async function deleteExpired(tx: RuntimeTx, { tenantId, eventId, payload }: EventToPut): Promise<void> {
  // Before the others, which are skipped if they are locked: so no two events wait for each other.
  const own = await tx
    .deleteFrom('event_buffer')
    .where('tenant_id', '=', tenantId)
    .where('event_id', '=', eventId)
    .where('expires_at', '<=', statementNow)
    .returning('payload_hash')
    .execute()
  const others = await deleteSomeExpired(tx, tenantId)
  const hashes = new Set([...own, ...others].flatMap(({ payload_hash: hash }) => (hash === null ? [] : [hash])))
  // The event may refer to it, too.
  hashes.delete(payload.hash)
  await deleteUnusedPayloads(tx, tenantId, [...hashes])
}

/** Deletes some events of a tenant that have expired, with their payloads. Returns how many. */
export async function sweepExpiredEvents(tx: RuntimeTx, tenantId: string): Promise<number> {
  const expired = await deleteSomeExpired(tx, tenantId)
  const hashes = expired.flatMap(({ payload_hash: hash }) => (hash === null ? [] : [hash]))
  await deleteUnusedPayloads(tx, tenantId, [...new Set(hashes)])
  return expired.length
}

function deleteSomeExpired(
  tx: RuntimeTx,
  tenantId: string,
): Promise<readonly { readonly payload_hash: string | null }[]> {
  return tx
    .deleteFrom('event_buffer')
    .where('tenant_id', '=', tenantId)
    .where('event_id', 'in', (eb) =>
      eb
        .selectFrom('event_buffer')
        .select('event_id')
        .where('tenant_id', '=', tenantId)
        .where('expires_at', '<=', statementNow)
        .orderBy('expires_at')
        .limit(SWEEP_ROWS)
        .forUpdate()
        .skipLocked(),
    )
    .returning('payload_hash')
    .execute()
}

/** Returns the answer to an event that was stored before with the same id. */
export async function findStored(tx: RuntimeTx, event: EventToPut): Promise<PutEvent | null> {
  if (!event.hasId) return null
  const stored = await tx
    .selectFrom('event_buffer')
    .select(['digest', 'delivered', 'expires_at'])
    .where('tenant_id', '=', event.tenantId)
    .where('event_id', '=', event.eventId)
    .executeTakeFirst()
  if (stored === undefined) return null
  if (stored.digest !== event.digest) throw new TenonError('EVENT_ID_USED', 'Another event was sent with this id')
  const { delivered } = stored
  const expiresAt = delivered > 0 ? null : stored.expires_at
  const outcome = delivered > 0 ? 'delivered' : 'buffered'
  return { outcome, runs: [], delivered, expiresAt, refused: [], isRepeated: true }
}

/** @throws {@link TenonError} `EVENT_BUFFER_FULL` if the tenant has too many events that no run has waited for. */
export async function checkRoom(tx: RuntimeTx, { tenantId, payload }: EventToPut): Promise<void> {
  // Events with other keys at the same time would not see each other.
  await sql`select pg_advisory_xact_lock(hashtextextended(${`${tenantId} event_buffer`}, 0))`.execute(tx)
  const kept = await tx
    .selectFrom('event_buffer')
    .select((eb) => [
      eb.fn.countAll<number>().as('count'),
      eb.fn.coalesce(eb.fn.sum<number>('size'), sql<number>`0`).as('bytes'),
    ])
    .where('tenant_id', '=', tenantId)
    .where('payload', 'is not', null)
    .where('kind', '!=', 'connection')
    .where('expires_at', '>', databaseNow)
    .executeTakeFirstOrThrow()
  if (Number(kept.count) < MAX_KEPT_EVENTS && Number(kept.bytes) + payload.size <= MAX_KEPT_BYTES) return
  throw new TenonError(
    'EVENT_BUFFER_FULL',
    `No run waits for this event, and the tenant has ${kept.count} events of ${kept.bytes} bytes that wait for a run`,
    { details: { limit: MAX_KEPT_EVENTS, limitBytes: MAX_KEPT_BYTES } },
  )
}

/** Stores an event for the next wait, or the id of a delivered one. Returns `false` if the id was stored just now. */
export async function keep(
  tx: RuntimeTx,
  event: EventToPut,
  { isKept, delivered }: { readonly isKept: boolean; readonly delivered: number },
): Promise<boolean> {
  const { payload, actor } = event
  const added = await tx
    .insertInto('event_buffer')
    .values({
      tenant_id: event.tenantId,
      event_id: event.eventId,
      kind: event.target.kind,
      match_key: event.matchKey,
      payload: isKept ? JSON.stringify(payload) : null,
      payload_hash: isKept && payload.inline === undefined ? payload.hash : null,
      size: payload.size,
      received_at: event.receivedAt,
      expires_at: event.expiresAt,
      actor: actor === null ? null : JSON.stringify(actor),
      has_id: event.hasId,
      digest: event.digest,
      delivered,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning('event_id')
    .executeTakeFirst()
  return added !== undefined
}
