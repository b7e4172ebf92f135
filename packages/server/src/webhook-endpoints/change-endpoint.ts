import { randomBytes } from 'node:crypto'
import type { CreateWebhookEndpoint, Identity, UpdateWebhookEndpoint, WebhookSecret } from '@tenon/core/api'
import { TenonError } from '@tenon/core/errors'
import type { ServerContext } from '../context.ts'
import { toInstantOrNull } from '../http/instant.ts'
import { type AuditAction, insertAudit } from '../tables/audit-repository.ts'
import { hurryEvents } from '../tables/event-queue-repository.ts'
import type { ServerTx } from '../tables/server-tables.ts'
import { changeEndpoint, deleteEndpoint, insertEndpoint, lockEndpoint } from '../tables/webhook-endpoint-repository.ts'
import type { WebhookEndpointRow } from '../tables/webhook-tables.ts'
import { endpointRef, stopDeliveries } from './deliver-event.ts'
import { LEASE_MS } from './delivery-rules.ts'
import { eventTypesOf } from './present-endpoint.ts'

/** Time for which deliveries are signed with the secret before a rotation as well. */
const ROTATION_MS = 24 * 60 * 60 * 1_000

/**
 * Stores a new endpoint.
 *
 * @throws {@link TenonError} `QUOTA_EXCEEDED`; `KEY_PROVIDER_REQUIRED`, `UNAVAILABLE` if it could have no secret.
 */
export async function createEndpoint(
  server: ServerContext,
  identity: Identity,
  { url, description = '', eventTypes = [] }: CreateWebhookEndpoint,
): Promise<WebhookEndpointRow> {
  const at = server.now()
  const row: WebhookEndpointRow = {
    ...{ tenant_id: identity.tenantId, endpoint_id: `whe_${randomBytes(16).toString('hex')}`, url, description },
    event_types: JSON.stringify(eventTypes),
    ...{ status: 'active', disabled_reason: null, failing_since: null, failures: 0, held_until: null },
    ...{ generation: 0, previous_until: null, creator_id: identity.userId, creator_name: identity.displayName },
    ...{ created_at: at, updated_at: at },
  }
  // Before the row, so that none is stored that nothing could be sent to.
  await server.webhookSecrets.secretsOf(row, at)
  await server.database.withTenant(identity.tenantId, async (tx) => {
    await insertEndpoint(tx, row)
    await note(tx, identity, 'webhook.create', row, at, { url: originOf(url) })
  })
  return row
}

/** Changes an endpoint. One that is enabled, or gets another address, begins without failures, and gets what waits at once. */
export async function updateEndpoint(
  server: ServerContext,
  identity: Identity,
  { endpoint_id: endpointId }: WebhookEndpointRow,
  { url, description, eventTypes, status }: UpdateWebhookEndpoint,
): Promise<WebhookEndpointRow> {
  const ref = { tenantId: identity.tenantId, endpointId }
  const at = server.now()
  return server.database.withTenant(identity.tenantId, async (tx) => {
    const row = await lockEndpoint(tx, ref)
    if (row === null) throw notFound()
    const isFresh = (url !== undefined && url !== row.url) || (status === 'active' && row.status === 'disabled')
    const set = {
      ...(url === undefined ? {} : { url }),
      ...(description === undefined ? {} : { description }),
      ...(eventTypes === undefined ? {} : { event_types: JSON.stringify(eventTypes) }),
      ...(status === undefined || status === row.status ? {} : { status, disabled_reason: null }),
      ...(isFresh ? { failing_since: null, failures: 0, held_until: null } : {}),
      updated_at: at,
    }
    const changed = await changeEndpoint(tx, row, set)
    if (changed.status === 'disabled' && row.status === 'active') await stopDeliveries(tx, ref)
    else if (isFresh) await hurryEvents(tx, ref, null, LEASE_MS)
    const details = { url: originOf(changed.url), types: eventTypesOf(changed).join(' '), status: changed.status }
    await note(tx, identity, 'webhook.update', row, at, details)
    return changed
  })
}

/** Deletes an endpoint with its deliveries, and what is on its way to it. */
export async function removeEndpoint(
  server: ServerContext,
  identity: Identity,
  row: WebhookEndpointRow,
): Promise<void> {
  const ref = endpointRef(row)
  await server.database.withTenant(identity.tenantId, async (tx) => {
    if ((await lockEndpoint(tx, ref)) === null) throw notFound()
    await stopDeliveries(tx, ref)
    await deleteEndpoint(tx, ref)
    await note(tx, identity, 'webhook.delete', row, server.now(), { url: originOf(row.url) })
  })
}

/** Returns the secret of an endpoint, with an entry in the audit log. */
export async function showSecret(
  server: ServerContext,
  identity: Identity,
  row: WebhookEndpointRow,
): Promise<WebhookSecret> {
  const at = server.now()
  const secret = await presentSecret(server, row, at)
  await server.database.withTenant(identity.tenantId, (tx) => note(tx, identity, 'webhook.show_secret', row, at))
  return secret
}

/** @throws {@link TenonError} `SECRET_ROTATION_IN_PROGRESS` until the secret before the last rotation has expired. */
export async function rotateSecret(
  server: ServerContext,
  identity: Identity,
  { endpoint_id: endpointId }: WebhookEndpointRow,
): Promise<WebhookSecret> {
  const { tenantId } = identity
  const at = server.now()
  const changed = await server.database.withTenant(tenantId, async (tx) => {
    const row = await lockEndpoint(tx, { tenantId, endpointId })
    if (row === null) throw notFound()
    // A second one would end the secret that receivers still use.
    if (row.previous_until !== null && row.previous_until > at) {
      throw new TenonError('SECRET_ROTATION_IN_PROGRESS', 'The secret was replaced within the last day')
    }
    await note(tx, identity, 'webhook.rotate_secret', row, at)
    return changeEndpoint(tx, row, { generation: row.generation + 1, previous_until: at + ROTATION_MS, updated_at: at })
  })
  return presentSecret(server, changed, at)
}

async function presentSecret(server: ServerContext, row: WebhookEndpointRow, at: number): Promise<WebhookSecret> {
  const { secret, previous } = await server.webhookSecrets.secretsOf(row, at)
  const previousSecretUntil = previous === null ? null : toInstantOrNull(row.previous_until)
  return { secret, previousSecret: previous, previousSecretUntil }
}

/** Adds an entry about an endpoint to the audit log. */
export async function note(
  tx: ServerTx,
  identity: Identity,
  action: AuditAction,
  { endpoint_id: resource }: Pick<WebhookEndpointRow, 'endpoint_id'>,
  at: number,
  details: Readonly<Record<string, string | number | boolean>> = {},
): Promise<void> {
  await insertAudit(tx, { identity, action, resource, at, details })
}

/** Path and query may have a token of the receiver. */
function originOf(url: string): string {
  return new URL(url).origin
}

function notFound(): TenonError {
  return new TenonError('ENDPOINT_NOT_FOUND', 'No endpoint has this id')
}
