import { createBuiltInNodes } from '@tenon/nodes/server'
import { embeddedEngine } from '@tenon/runtime'
import { createWorkflowServer } from '@tenon/server'
import pg from 'pg'

// The few connections of one instance: as many instances share the database as the platform starts.
const pool = new pg.Pool({ connectionString: process.env['DATABASE_URL'], max: 4 })
const tickSecret = process.env['TICK_SECRET'] ?? ''
if (tickSecret.length < 20) throw new Error('TICK_SECRET must be a random text of at least 20 characters')

const automation = createWorkflowServer({
  database: { pool },
  engine: embeddedEngine(),
  nodes: createBuiltInNodes({}),
  // A session that the request brings with it: the next one may come to another instance.
  authenticate: (request) =>
    request.headers.get('authorization') === 'Bearer ana'
      ? { tenantId: 'acme', userId: 'ana', displayName: 'Ana', role: 'editor' }
      : null,
  basePath: '/automation',
  publicUrl: process.env['PUBLIC_URL'] ?? 'http://127.0.0.1:4400',
  // The platform may suspend this process after each response.
  background: false,
})

/** Creates or updates the tables: a step of the deployment, not of a request. */
export const migrate = (): Promise<void> => automation.migrate()

/** Handles a request, on any platform that takes a function of a `Request`. */
export async function handle(request: Request): Promise<Response> {
  if (new URL(request.url).pathname !== '/internal/tick') return automation.fetch(request)
  // Called by the cron of the platform each minute; its functions may take 60 s.
  if (request.headers.get('authorization') !== `Bearer ${tickSecret}`) return new Response(null, { status: 401 })
  return Response.json(await automation.tick({ budgetMs: 50_000 }))
}
