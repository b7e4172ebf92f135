import { ROUTES } from '@tenon/core/api'
import { decodeCursor, pageOf } from '../http/cursor.ts'
import { implementRoute, type RouteImplementation } from '../http/route-handler.ts'
import { listDeliveries } from '../tables/webhook-delivery-repository.ts'
import { listEndpoints } from '../tables/webhook-endpoint-repository.ts'
import {
  createEndpoint,
  removeEndpoint,
  rotateSecret,
  showSecret,
  updateEndpoint,
} from '../webhook-endpoints/change-endpoint.ts'
import { endpointRef } from '../webhook-endpoints/deliver-event.ts'
import { presentDelivery, presentDeliveryDetails, presentEndpoint } from '../webhook-endpoints/present-endpoint.ts'
import { replay, requireDelivery, testEndpoint } from '../webhook-endpoints/replay-deliveries.ts'

const PAGE_SIZE = 50

export const webhookHandlers: readonly RouteImplementation[] = [
  implementRoute(ROUTES.listWebhookEndpoints, async ({ server, identity, query }) => {
    const limit = query.limit ?? PAGE_SIZE
    const page = { limit, after: decodeCursor(query.cursor) }
    const rows = await server.database.withTenant(identity.tenantId, (tx) => listEndpoints(tx, identity.tenantId, page))
    const cursorOf = (row: (typeof rows)[number]) => ({ at: row.created_at, id: row.endpoint_id })
    return { status: 200, json: pageOf(rows, limit, (row) => presentEndpoint(row, server.now()), cursorOf) }
  }),

  implementRoute(ROUTES.createWebhookEndpoint, async ({ server, identity, body }) => {
    const row = await createEndpoint(server, identity, body)
    const location = `${server.apiUrl}/webhook-endpoints/${row.endpoint_id}`
    return { status: 201, json: presentEndpoint(row, server.now()), headers: { location } }
  }),

  implementRoute(ROUTES.getWebhookEndpoint, async ({ server, resource }) => ({
    status: 200,
    json: presentEndpoint(resource, server.now()),
  })),

  implementRoute(ROUTES.updateWebhookEndpoint, async ({ server, identity, resource, body }) => ({
    status: 200,
    json: presentEndpoint(await updateEndpoint(server, identity, resource, body), server.now()),
  })),

  implementRoute(ROUTES.deleteWebhookEndpoint, async ({ server, identity, resource }) => {
    await removeEndpoint(server, identity, resource)
    return { status: 204 }
  }),

  implementRoute(ROUTES.showWebhookSecret, async ({ server, identity, resource }) => ({
    status: 200,
    json: await showSecret(server, identity, resource),
  })),

  implementRoute(ROUTES.rotateWebhookSecret, async ({ server, identity, resource }) => ({
    status: 200,
    json: await rotateSecret(server, identity, resource),
  })),

  implementRoute(ROUTES.testWebhookEndpoint, async ({ server, identity, resource }) => ({
    status: 200,
    json: presentDeliveryDetails(await testEndpoint(server, identity, resource)),
  })),

  implementRoute(ROUTES.listWebhookDeliveries, async ({ server, identity, resource, query }) => {
    const limit = query.limit ?? PAGE_SIZE
    const page = { state: query.state, limit, after: decodeCursor(query.cursor) }
    const rows = await server.database.withTenant(identity.tenantId, (tx) =>
      listDeliveries(tx, endpointRef(resource), page),
    )
    const cursorOf = (row: (typeof rows)[number]) => ({ at: row.at, id: row.event_id })
    return { status: 200, json: pageOf(rows, limit, presentDelivery, cursorOf) }
  }),

  implementRoute(ROUTES.getWebhookDelivery, async ({ server, resource, params }) => ({
    status: 200,
    json: presentDeliveryDetails(await requireDelivery(server, resource, params.deliveryId)),
  })),

  implementRoute(ROUTES.replayWebhookDelivery, async ({ server, identity, resource, params }) => {
    await requireDelivery(server, resource, params.deliveryId)
    await replay(server, identity, resource, params.deliveryId)
    return { status: 202, json: presentDelivery(await requireDelivery(server, resource, params.deliveryId)) }
  }),

  implementRoute(ROUTES.replayFailedDeliveries, async ({ server, identity, resource }) => ({
    status: 202,
    json: await replay(server, identity, resource, null),
  })),
]
