import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import type { Identity } from '@tenon/core/api'
import { createBuiltInNodes } from '@tenon/nodes/server'
import { embeddedEngine } from '@tenon/runtime'
import { openPGlite } from '@tenon/runtime/postgres'
import { createWorkflowServer } from '@tenon/server'
import { attachWebSockets } from '@tenon/server/node'
import { type Context, Hono } from 'hono'
import { getCookie, setCookie } from 'hono/cookie'

const port = Number(process.env['PORT'] ?? 4400)
const sessions = new Map<string, Identity>()

interface Env {
  readonly Variables: { user: Identity | null }
}
const app = new Hono<Env>()

// The host's own session. Tenon reads what this has found, so that only the host decides who is signed in.
app.use(async (c, next) => {
  c.set('user', sessions.get(getCookie(c, 'session') ?? '') ?? null)
  await next()
})
app.post('/sign-in', (c) => {
  const session = randomUUID()
  sessions.set(session, { tenantId: 'acme', userId: 'ana', displayName: 'Ana', role: 'editor' })
  setCookie(c, 'session', session, { httpOnly: true, sameSite: 'Lax' })
  return c.body(null, 204)
})

const automation = createWorkflowServer({
  database: { pglite: await openPGlite() },
  engine: embeddedEngine(),
  nodes: createBuiltInNodes({}),
  authenticate: (_request, { c }) => (c as Context<Env> | undefined)?.get('user') ?? null,
  basePath: '/automation',
  publicUrl: `http://127.0.0.1:${port}`,
})
app.use(automation.middleware)

await automation.migrate()
await automation.startWorker()
const server = createServer(getRequestListener(app.fetch))
attachWebSockets(server, automation)
server.listen(port, '127.0.0.1', () => console.log(`ready http://127.0.0.1:${port}`))
