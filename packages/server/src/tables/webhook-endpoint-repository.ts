import type { TenantId } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import { databaseNow, statementNow } from '@tenon/runtime/postgres'
import { sql } from 'kysely'
import type { ServerTx } from './server-tables.ts'
import { EVERY_TENANT, HOST, type WebhookEndpointRow } from './webhook-tables.ts'

/** Names an endpoint. */
export interface EndpointRef {
  readonly tenantId: TenantId
  readonly endpointId: string
}

/** Endpoints of a tenant: each event is sent to all of them. */
const MAX_ENDPOINTS = 20
/** Seed of the hash that names the lock, so that it differs from other locks for the same tenant. */
const QUOTA_LOCK = 9_646

/** @throws {@link TenonError} `QUOTA_EXCEEDED` (details: `limit`) when the tenant has too many. */
export async function insertEndpoint(tx: ServerTx, row: WebhookEndpointRow): Promise<void> {
  // Requests of a tenant that add one wait here for each other: each of them could find the last free room.
  await sql`select pg_advisory_xact_lock(hashtextextended(${row.tenant_id}, ${QUOTA_LOCK}))`.execute(tx)
  const { count } = await tx
    .selectFrom('webhook_endpoints')
    .select((column) => column.fn.countAll<number>().as('count'))
    .where('tenant_id', '=', row.tenant_id)
    .executeTakeFirstOrThrow()
  if (Number(count) >= MAX_ENDPOINTS) {
    throw new TenonError('QUOTA_EXCEEDED', `The tenant has reached its limit of ${MAX_ENDPOINTS} endpoints`, {
      remedy: 'Delete endpoints that are not needed any more.',
      details: { limit: MAX_ENDPOINTS },
    })
  }
  await tx.insertInto('webhook_endpoints').values(row).execute()
  await listen(tx, row)
}

export async function findEndpoint(tx: ServerTx, ref: EndpointRef): Promise<WebhookEndpointRow | null> {
  return (await endpointIn(tx, ref).executeTakeFirst()) ?? null
}

/** The same; no other transaction changes the endpoint before this one ends. */
export async function lockEndpoint(tx: ServerTx, ref: EndpointRef): Promise<WebhookEndpointRow | null> {
  return (await endpointIn(tx, ref).forUpdate().executeTakeFirst()) ?? null
}

function endpointIn(tx: ServerTx, { tenantId, endpointId }: EndpointRef) {
  return tx
    .selectFrom('webhook_endpoints')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('endpoint_id', '=', endpointId)
}

/** Last created first; one more than the limit, if there is one. */
export async function listEndpoints(
  tx: ServerTx,
  tenantId: TenantId,
  { limit, after }: { readonly limit: number; readonly after: { readonly at: number; readonly id: string } | null },
): Promise<readonly WebhookEndpointRow[]> {
  let query = tx.selectFrom('webhook_endpoints').selectAll().where('tenant_id', '=', tenantId)
  if (after !== null) query = query.where(sql<boolean>`(created_at, endpoint_id) < (${after.at}, ${after.id})`)
  return query
    .orderBy('created_at', 'desc')
    .orderBy('endpoint_id', 'desc')
    .limit(limit + 1)
    .execute()
}

/** Changes an endpoint that this transaction has locked, and what is noted for it. */
export async function changeEndpoint(
  tx: ServerTx,
  row: WebhookEndpointRow,
  set: Partial<Omit<WebhookEndpointRow, 'tenant_id' | 'endpoint_id' | 'created_at'>>,
): Promise<WebhookEndpointRow> {
  const { tenant_id: tenantId, endpoint_id: endpointId } = row
  const changed = await tx
    .updateTable('webhook_endpoints')
    .set(set)
    .where('tenant_id', '=', tenantId)
    .where('endpoint_id', '=', endpointId)
    .returningAll()
    .executeTakeFirstOrThrow()
  if (changed.status !== row.status || changed.event_types !== row.event_types) await listen(tx, changed)
  return changed
}

/** Deletes an endpoint with its deliveries. */
export async function deleteEndpoint(tx: ServerTx, { tenantId, endpointId }: EndpointRef): Promise<void> {
  await tx
    .deleteFrom('webhook_endpoints')
    .where('tenant_id', '=', tenantId)
    .where('endpoint_id', '=', endpointId)
    .execute()
  await forget(tx, { tenantId, endpointId })
}

/** Has events noted for an endpoint while it is active. */
async function listen(tx: ServerTx, row: WebhookEndpointRow): Promise<void> {
  const { tenant_id, endpoint_id, status, event_types } = row
  if (status === 'disabled') return forget(tx, { tenantId: tenant_id, endpointId: endpoint_id })
  const given: readonly string[] = JSON.parse(event_types)
  const types = given.length === 0 ? null : given
  await tx
    .insertInto('event_listeners')
    .values({ tenant_id, listener_id: endpoint_id, types, until: null })
    .onConflict((conflict) => conflict.columns(['tenant_id', 'listener_id']).doUpdateSet({ types }))
    .execute()
}

async function forget(tx: ServerTx, { tenantId, endpointId }: EndpointRef): Promise<void> {
  await tx
    .deleteFrom('event_listeners')
    .where('tenant_id', '=', tenantId)
    .where('listener_id', '=', endpointId)
    .execute()
}

/** Lists the active endpoints of a tenant. */
export async function listActiveEndpoints(tx: ServerTx, tenantId: TenantId): Promise<readonly WebhookEndpointRow[]> {
  return tx
    .selectFrom('webhook_endpoints')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('status', '=', 'active')
    .orderBy('endpoint_id')
    .execute()
}

/** Has events of all tenants noted for the host, for some time. For `withSystem`. */
export async function listenForHost(tx: ServerTx, forMs: number): Promise<void> {
  const until = sql<number>`${databaseNow} + ${forMs}::bigint`
  await tx
    .insertInto('event_listeners')
    .values({ tenant_id: EVERY_TENANT, listener_id: HOST, types: null, until })
    .onConflict((conflict) => conflict.columns(['tenant_id', 'listener_id']).doUpdateSet({ until }))
    .execute()
}

/** Deletes the events for the host that no process has taken in time. For `withSystem`. */
export async function dropHostEvents(tx: ServerTx, keptMs: number): Promise<number> {
  const deleted = await tx
    .deleteFrom('event_queue')
    .where('target', '=', HOST)
    .where('due_at', '<', sql<number>`${statementNow} - ${keptMs}::bigint`)
    .executeTakeFirstOrThrow()
  return Number(deleted.numDeletedRows)
}
