import { ROUTES } from '@tenon/core/api'
import { authorizedPage } from '../http/authorized-page.ts'
import { decodeCursor, pageOf } from '../http/cursor.ts'
import { implementRoute, type RouteImplementation } from '../http/route-handler.ts'
import { listConnectionRows } from '../tables/connection-repository.ts'
import { beginAuthorization, finishAuthorization } from '../vault/authorize-connection.ts'
import { connectionUses } from '../vault/connection-uses.ts'
import { presentConnection, presentConnector, requireOwner, requireVisible } from '../vault/present-connection.ts'
import { createConnection, deleteConnection, updateConnection } from '../vault/store-connection.ts'
import { testConnection } from '../vault/test-connection.ts'

const PAGE_SIZE = 50

export const connectionHandlers: readonly RouteImplementation[] = [
  implementRoute(ROUTES.listConnectors, async ({ server, identity }) => ({
    status: 200,
    json: {
      items: server.vault.connectors.map(presentConnector),
      secretManager: identity.role === 'admin' ? server.secretManagerTitle : null,
    },
  })),

  implementRoute(ROUTES.listConnections, async ({ server, identity, query }) => {
    const { tenantId, userId, role } = identity
    const limit = query.limit ?? PAGE_SIZE
    const page = {
      ...{ connector: query.connector, userId: role === 'admin' ? null : userId },
      ...{ limit, after: decodeCursor(query.cursor) },
    }
    const rows = await server.database.withTenant(tenantId, (tx) => listConnectionRows(tx, tenantId, page))
    const cursorOf = (row: (typeof rows)[number]) => ({ at: row.created_at, id: row.connection_id })
    return { status: 200, json: pageOf(rows, limit, (row) => presentConnection(identity, row), cursorOf) }
  }),

  implementRoute(ROUTES.createConnection, async ({ server, identity, body }) => {
    const row = await createConnection(server, identity, body)
    const location = `${server.apiUrl}/connections/${row.connection_id}`
    return { status: 201, json: presentConnection(identity, row), headers: { location } }
  }),

  implementRoute(
    ROUTES.getConnection,
    async ({ identity, resource }) => ({ status: 200, json: presentConnection(identity, resource) }),
    requireVisible,
  ),

  implementRoute(
    ROUTES.updateConnection,
    async ({ server, identity, resource, body }) => ({
      status: 200,
      json: presentConnection(identity, await updateConnection(server, identity, resource.connection_id, body)),
    }),
    requireOwner,
  ),

  implementRoute(
    ROUTES.authorizeConnection,
    async ({ server, identity, resource }) => ({
      status: 200,
      json: { url: await beginAuthorization(server, identity, resource) },
    }),
    requireOwner,
  ),

  implementRoute(
    ROUTES.finishAuthorization,
    async ({ server, identity, resource, body }) => ({
      status: 200,
      json: presentConnection(identity, await finishAuthorization(server, identity, resource, body)),
    }),
    requireOwner,
  ),

  implementRoute(ROUTES.showAuthorized, async ({ server }) => authorizedPage(server.pageOrigins)),

  implementRoute(
    ROUTES.testConnection,
    async ({ server, identity, resource }) => ({ status: 200, json: await testConnection(server, identity, resource) }),
    requireVisible,
  ),

  implementRoute(
    ROUTES.lookUpConnection,
    async ({ server, identity, resource, params, query }) => ({
      status: 200,
      json: await server.lookups.lookUp(identity, resource, params.lookup, query.search?.trim() ?? ''),
    }),
    requireVisible,
  ),

  implementRoute(
    ROUTES.listConnectionUses,
    async ({ server, identity, resource }) => ({
      status: 200,
      json: { items: await connectionUses(server, identity.tenantId, resource.connection_id) },
    }),
    requireVisible,
  ),

  implementRoute(
    ROUTES.deleteConnection,
    async ({ server, identity, resource }) => {
      await deleteConnection(server, identity, resource.connection_id)
      return { status: 204 }
    },
    requireOwner,
  ),
]
