import { ROUTES } from '@tenon/core/api'
import { TenonError } from '@tenon/core/errors'
import type { ServerContext } from '../context.ts'
import { implementRoute, type RouteImplementation } from '../http/route-handler.ts'
import { reasonOf } from '../log/reason-of.ts'
import { healthOfWorkers } from '../runs/worker-health.ts'
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

  implementRoute(ROUTES.createSocketTicket, async ({ server, identity, receivedAt }) => {
    const ticket = await issueTicket(server, identity)
    // A revocation during this request has deleted the tickets before this one was stored.
    server.connections.checkRevoked(identity, receivedAt)
    return { status: 201, json: ticket }
  }),

  implementRoute(ROUTES.getOpenApi, async ({ server }) => ({ status: 200, json: server.openApi() })),

  implementRoute(ROUTES.getLive, async () => ({ status: 200, json: { status: 'ok', checks: {} } })),

  implementRoute(ROUTES.getReady, async ({ server }) => {
    const problems = await findProblems(server)
    const stateOf = (check: string) => problems.find((problem) => problem.check === check)?.state ?? 'ok'
    const isReady = problems.every(({ state }) => state === 'warning')
    return {
      status: isReady ? 200 : 503,
      json: {
        status: isReady ? 'ok' : 'unavailable',
        checks: Object.fromEntries(CHECKS.map((check) => [check, stateOf(check)])),
        ...(problems.length === 0 ? {} : { problems: problems.map(({ state: _state, ...problem }) => problem) }),
      },
    }
  }),
]

const CHECKS = ['database', 'serving', 'workers'] as const

/** Public, so it has neither data of tenants nor messages of the database. */
interface HealthProblem {
  readonly check: (typeof CHECKS)[number]
  readonly state: 'failed' | 'warning'
  readonly code: string
  readonly message: string
  readonly remedy: string
}

async function findProblems(server: ServerContext): Promise<readonly HealthProblem[]> {
  const closing = new TenonError('UNAVAILABLE', 'The server is shutting down')
  const serving = server.closing.aborted ? [problemOf('serving', closing)] : []
  try {
    // Row-level security returns no row: the query only checks that the table exists and can be read.
    await server.database.withSystem((tx) => tx.selectFrom('workflows').select('workflow_id').limit(1).execute())
    const workers = await healthOfWorkers(server)
    return workers === null ? serving : [...serving, { check: 'workers', state: 'warning', ...workers }]
  } catch (error) {
    server.log('error', 'health.database_failed: not ready', {
      reason: reasonOf(error),
    })
    const known = error instanceof TenonError ? error : new TenonError('UNAVAILABLE', 'The database is not available')
    return [...serving, problemOf('database', known)]
  }
}

function problemOf(check: HealthProblem['check'], { code, message, remedy }: TenonError): HealthProblem {
  return { check, state: 'failed', code, message, remedy }
}
