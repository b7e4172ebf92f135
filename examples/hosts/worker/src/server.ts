import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import { attachWebSockets, toNodeHandler } from '@tenon/server/node'
import { createAutomation, sessions } from './automation.ts'

// Answers requests and executes no runs: `worker.ts` does, in as many processes as there is work for.
const port = Number(process.env['PORT'] ?? 4400)
const automation = createAutomation(`http://127.0.0.1:${port}`)
const handle = toNodeHandler(automation)

await automation.migrate()
const server = createServer((request, response) => {
  if (request.url !== '/sign-in') return void handle(request, response)
  const session = randomUUID()
  sessions.set(session, { tenantId: 'acme', userId: 'ana', displayName: 'Ana', role: 'editor' })
  response.writeHead(204, { 'set-cookie': `session=${session}; HttpOnly; SameSite=Lax; Path=/` }).end()
})
attachWebSockets(server, automation)
server.listen(port, '127.0.0.1', () => console.log(`ready http://127.0.0.1:${port}`))
