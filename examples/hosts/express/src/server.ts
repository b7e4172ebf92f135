import { createServer } from 'node:http'
import type { Identity } from '@tenon/core/api'
import { createBuiltInNodes } from '@tenon/nodes/server'
import { embeddedEngine } from '@tenon/runtime'
import { openPGlite } from '@tenon/runtime/postgres'
import { createWorkflowServer } from '@tenon/server'
import { toExpress } from '@tenon/server/express'
import { attachWebSockets } from '@tenon/server/node'
import cookieSession from 'cookie-session'
import express, { type Request } from 'express'

const port = Number(process.env['PORT'] ?? 4400)
const app = express()

// Bodies are parsed and sessions are read before Tenon sees a request, as in most Express apps.
app.use(express.json())
app.use(cookieSession({ name: 'session', secret: process.env['SESSION_SECRET'] ?? 'for development only' }))
app.post('/sign-in', (request, response) => {
  const user: Identity = { tenantId: 'acme', userId: 'ana', displayName: 'Ana', role: 'editor' }
  request.session = { user }
  response.sendStatus(204)
})

const automation = createWorkflowServer({
  database: { pglite: await openPGlite() },
  engine: embeddedEngine(),
  nodes: createBuiltInNodes({}),
  authenticate: (_request, { req }) => (req as Request).session?.['user'] ?? null,
  basePath: '/automation',
  publicUrl: `http://127.0.0.1:${port}`,
})
app.use(toExpress(automation))

await automation.migrate()
await automation.startWorker()
const server = createServer(app)
attachWebSockets(server, automation)
server.listen(port, '127.0.0.1', () => console.log(`ready http://127.0.0.1:${port}`))
