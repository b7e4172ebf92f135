import { mkdirSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { getRequestListener } from '@hono/node-server'
import { github, slack } from '@tenon/connectors'
import { openaiLanguageModel } from '@tenon/nodes/openai'
import { createBuiltInNodes } from '@tenon/nodes/server'
import { embeddedEngine } from '@tenon/runtime'
import { createEgress } from '@tenon/runtime/egress'
import { createWorkflowServer } from '@tenon/server'
import { createMcpServer } from '@tenon/server/mcp'
import { attachWebSockets, localKeyProvider } from '@tenon/server/node'
import { Hono } from 'hono'
import { openDatabase } from './demo/database.ts'
import { demoDocumentReader } from './demo/document-reader.ts'
import { readEnvironment } from './demo/environment.ts'
import { demoMembers } from './demo/members.ts'
import { notFound } from './demo/not-found.ts'
import { createOrders, ORDER_CREATED, shop } from './demo/orders.ts'
import { pages } from './demo/pages.ts'
import { demoRoutes } from './demo/routes.ts'
import { seedWorkflows } from './demo/seed.ts'
import { createSessions } from './demo/sessions.ts'
import { temporal } from './demo/temporal.ts'

const environment = readEnvironment(process.env)
const { port, dataDirectory, model } = environment
mkdirSync(dataDirectory, { recursive: true })
const sessions = createSessions(dataDirectory)
const allow = [`127.0.0.1:${port}`, ...environment.egressAllow]
const { apiKey, baseURL } = model
const languageModel = openaiLanguageModel({
  apiKey,
  baseURL,
  models: [model.name],
  fetch: createEgress({ allow }).fetch,
})

const database = await openDatabase(environment)
const automation = createWorkflowServer({
  database,
  events: { types: [ORDER_CREATED] },
  forms: { name: 'Hearth', color: '#0f766e' },
  engine: environment.engine === 'temporal' ? await temporal(environment) : embeddedEngine(),
  nodes: createBuiltInNodes({ languageModel, documentReader: demoDocumentReader() }),
  connectors: [slack({ apiUrl: environment.slackApiUrl }), github()],
  authenticate: sessions.authenticate,
  lookUpIdentity: sessions.lookUpIdentity,
  members: demoMembers,
  basePath: '/',
  publicUrl: `http://127.0.0.1:${port}`,
  egress: { allow },
  keyProvider: localKeyProvider({ file: join(dataDirectory, 'secret.key'), create: true }),
})

const mcp = createMcpServer(automation, { name: 'Hearth', instructions: 'Workflows of the help desk and the shop.' })
const app = new Hono()
app.get('/', (c) => c.redirect('/app'))
app.use('/app/*', pages(join(import.meta.dirname, 'pages')))
app.route('/demo', demoRoutes(sessions, { engine: environment.engine, model: model.name, isDemoModel: model.isDemo }))
app.route('/demo/shop', shop(automation, database, sessions))
app.all('/mcp', (c) => mcp.fetch(c.req.raw, { c }))
app.use(automation.middleware)
app.notFound(notFound)

await automation.migrate()
await createOrders(database)
await seedWorkflows(automation, port)
await automation.startWorker()
const server = createServer({ headersTimeout: 15_000, requestTimeout: 60_000 }, getRequestListener(app.fetch))
server.listen(port, '127.0.0.1', () => console.log(`ready http://127.0.0.1:${port}`))
const detach = attachWebSockets(server, automation)

for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.once(
    name,
    () =>
      void detach()
        .then(() => mcp.close())
        .then(() => automation.close())
        .then(() => process.exit(0)),
  )
}
