import { createOpenApiDocument, ROUTES } from '@tenon/core/api'
import { sql } from 'kysely'
import type { ServerContext } from '../context.ts'
import { implementRoute, type RouteImplementation } from '../http/route-handler.ts'
import { issueTicket } from '../sockets/tickets.ts'

export const serviceHandlers: readonly RouteImplementation[] = [
  implementRoute(ROUTES.getMe, async ({ identity: { userId, displayName, role, tenantId } }) => ({
    status: 200,
    json: { userId, displayName, role, tenantId },
  })),

  implementRoute(ROUTES.getNodeManifest, async ({ server, headers }) => {
    const { manifest } = server.registry
    const etag = `"${manifest.hash}"`
    const known = (headers.get('if-none-match') ?? '').split(',').map((tag) => tag.trim().replace(/^W\//, ''))
    const cache = { etag, 'cache-control': 'private, no-cache' }
    if (known.includes(etag) || known.includes('*')) return { status: 304, headers: cache }
    return { status: 200, json: manifest, headers: cache }
  }),

  implementRoute(ROUTES.createSocketTicket, async ({ server, identity }) => ({
    status: 201,
    json: await issueTicket(server, identity),
  })),

  implementRoute(ROUTES.getOpenApi, async ({ server }) => ({
    status: 200,
    json: createOpenApiDocument({ serverUrl: server.apiUrl }),
  })),

  implementRoute(ROUTES.getLive, async () => ({ status: 200, json: { status: 'ok', checks: {} } })),

  implementRoute(ROUTES.getReady, async ({ server }) => {
    const checks = { database: await isDatabaseThere(server), serving: !server.closing.aborted }
    const isReady = Object.values(checks).every((check) => check)
    return {
      status: isReady ? 200 : 503,
      json: {
        status: isReady ? 'ok' : 'unavailable',
        checks: Object.fromEntries(Object.entries(checks).map(([name, isOk]) => [name, isOk ? 'ok' : 'failed'])),
      },
    }
  }),
]

async function isDatabaseThere({ database }: ServerContext): Promise<boolean> {
  const table = sql.table(`${database.schema}.workflows`)
  return sql`select 1 from ${table} limit 1`.execute(database.owner).then(
    () => true,
    () => false,
  )
}
