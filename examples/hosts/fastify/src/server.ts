import { randomUUID } from 'node:crypto'
import cookie from '@fastify/cookie'
import type { Identity } from '@tenon/core/api'
import { createBuiltInNodes } from '@tenon/nodes/server'
import { embeddedEngine } from '@tenon/runtime'
import { openPGlite } from '@tenon/runtime/postgres'
import { createWorkflowServer } from '@tenon/server'
import { toFastify } from '@tenon/server/fastify'
import { attachWebSockets } from '@tenon/server/node'
import Fastify, { type FastifyRequest } from 'fastify'

const port = Number(process.env['PORT'] ?? 4400)
const sessions = new Map<string, Identity>()

const app = Fastify()
await app.register(cookie)
app.post('/sign-in', async (_request, reply) => {
  const session = randomUUID()
  sessions.set(session, { tenantId: 'acme', userId: 'ana', displayName: 'Ana', role: 'editor' })
  return reply.setCookie('session', session, { httpOnly: true, sameSite: 'lax', path: '/' }).code(204).send()
})

const automation = createWorkflowServer({
  database: { pglite: await openPGlite() },
  engine: embeddedEngine(),
  nodes: createBuiltInNodes({}),
  authenticate: (_request, { req }) => sessions.get((req as FastifyRequest).cookies['session'] ?? '') ?? null,
  basePath: '/automation',
  publicUrl: `http://127.0.0.1:${port}`,
})
await app.register(toFastify(automation), { prefix: '/automation' })

await automation.migrate()
await automation.startWorker()
attachWebSockets(app.server, automation)
await app.listen({ port, host: '127.0.0.1' })
console.log(`ready http://127.0.0.1:${port}`)
