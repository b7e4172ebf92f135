import { ROUTES } from '@tenon/core/api'
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

  implementRoute(ROUTES.getOpenApi, async ({ server }) => ({ status: 200, json: server.openApi() })),

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

async function isDatabaseThere({ database, log }: ServerContext): Promise<boolean> {
  try {
    // Row-level security shows it no row; that the table is there and may be read is what counts.
    await database.withSystem((tx) => tx.selectFrom('workflows').select('workflow_id').limit(1).execute())
    return true
  } catch (error) {
    log('error', 'The database does not answer', { reason: error instanceof Error ? error.message : 'unknown' })
    return false
  }
}
