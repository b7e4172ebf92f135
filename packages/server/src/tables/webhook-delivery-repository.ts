import type { WebhookDeliveryState } from '@tenon/core/api'
import type { TenantId } from '@tenon/core/document'
import { databaseNow, statementNow } from '@tenon/runtime/postgres'
import { sql } from 'kysely'
import type { ServerTx } from './server-tables.ts'
import type { EndpointRef } from './webhook-endpoint-repository.ts'
import type { WebhookDeliveryRow } from './webhook-tables.ts'

/** Stores new deliveries; one that is stored stays as it is. */
export async function insertDeliveries(tx: ServerTx, rows: readonly WebhookDeliveryRow[]): Promise<void> {
  if (rows.length === 0) return
  await tx
    .insertInto('webhook_deliveries')
    .values([...rows])
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

/** Names a delivery. */
export interface DeliveryRef extends EndpointRef {
  readonly eventId: string
}

export async function findDelivery(tx: ServerTx, ref: DeliveryRef): Promise<WebhookDeliveryRow | null> {
  const row = await tx
    .selectFrom('webhook_deliveries')
    .selectAll()
    .where('tenant_id', '=', ref.tenantId)
    .where('endpoint_id', '=', ref.endpointId)
    .where('event_id', '=', ref.eventId)
    .where('expires_at', '>=', databaseNow)
    .executeTakeFirst()
  return row ?? null
}

/** Selects deliveries to list, newest first. */
export interface DeliveryPage {
  readonly state: WebhookDeliveryState | undefined
  readonly limit: number
  readonly after: { readonly at: number; readonly id: string } | null
}

/** Newest first; one more than the limit, if there is one. */
export async function listDeliveries(
  tx: ServerTx,
  { tenantId, endpointId }: EndpointRef,
  { state, limit, after }: DeliveryPage,
): Promise<readonly WebhookDeliveryRow[]> {
  let query = tx
    .selectFrom('webhook_deliveries')
    .selectAll()
    .where('endpoint_id', '=', endpointId)
    .where('tenant_id', '=', tenantId)
    .where('expires_at', '>=', databaseNow)
  if (state !== undefined) query = query.where('state', '=', state)
  if (after !== null) query = query.where(sql<boolean>`(at, event_id) < (${after.at}::bigint, ${after.id}::text)`)
  return query
    .orderBy('at', 'desc')
    .orderBy('event_id', 'desc')
    .limit(limit + 1)
    .execute()
}

/** Stores what came of an attempt. */
export async function updateDelivery(
  tx: ServerTx,
  ref: DeliveryRef,
  set: Partial<Pick<WebhookDeliveryRow, 'state' | 'attempts' | 'next_attempt_at' | 'last_attempts' | 'response_body'>>,
): Promise<void> {
  await tx
    .updateTable('webhook_deliveries')
    .set(set)
    .where('tenant_id', '=', ref.tenantId)
    .where('endpoint_id', '=', ref.endpointId)
    .where('event_id', '=', ref.eventId)
    .execute()
}

/** Marks the deliveries of an endpoint that are not received yet as failed, such as when it is disabled. */
export async function failPending(tx: ServerTx, { tenantId, endpointId }: EndpointRef): Promise<void> {
  await tx
    .updateTable('webhook_deliveries')
    .set({ state: 'failed', next_attempt_at: null })
    .where('tenant_id', '=', tenantId)
    .where('endpoint_id', '=', endpointId)
    .where('state', '=', 'pending')
    .execute()
}

/** Makes deliveries pending again, oldest first. @returns Those that were not pending. */
export async function replayDeliveries(
  tx: ServerTx,
  { tenantId, endpointId }: EndpointRef,
  which: { readonly eventId: string } | { readonly failed: number },
  at: number,
): Promise<readonly WebhookDeliveryRow[]> {
  return tx
    .updateTable('webhook_deliveries')
    .set({ state: 'pending', next_attempt_at: at })
    .where('tenant_id', '=', tenantId)
    .where('endpoint_id', '=', endpointId)
    .where('event_id', 'in', (eb) => {
      const stored = eb
        .selectFrom('webhook_deliveries as earlier')
        .select('earlier.event_id')
        .where('earlier.tenant_id', '=', tenantId)
        .where('earlier.endpoint_id', '=', endpointId)
        .where('earlier.expires_at', '>=', databaseNow)
      return 'eventId' in which
        ? stored.where('earlier.event_id', '=', which.eventId).where('earlier.state', '!=', 'pending')
        : stored.where('earlier.state', '=', 'failed').orderBy('earlier.at').limit(sql.lit(which.failed))
    })
    .returningAll()
    .execute()
}

/** Deletes some deliveries whose time is over. @returns Their number, which is at most `limit`. */
export async function deleteExpiredDeliveries(tx: ServerTx, tenantId: TenantId, limit: number): Promise<number> {
  const deleted = await tx
    .deleteFrom('webhook_deliveries')
    .where('tenant_id', '=', tenantId)
    .where((eb) =>
      eb(
        eb.refTuple('endpoint_id', 'event_id'),
        'in',
        eb
          .selectFrom('webhook_deliveries as over')
          .select(['over.endpoint_id', 'over.event_id'])
          .where('over.tenant_id', '=', tenantId)
          .where('over.expires_at', '<', statementNow)
          .limit(sql.lit(limit))
          .forUpdate()
          .skipLocked()
          .$asTuple('endpoint_id', 'event_id'),
      ),
    )
    .executeTakeFirstOrThrow()
  return Number(deleted.numDeletedRows)
}
