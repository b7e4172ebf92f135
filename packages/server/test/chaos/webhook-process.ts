import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { embeddedEngine } from '@tenon/runtime'
import pg from 'pg'
import { toNodeHandler } from '../../src/node/to-node-handler.ts'
import { plainKeys } from '../../src/testing/kit/plain-keys.ts'
import { nodesWithWebhook } from '../../src/testing/kit/test-nodes.ts'
import { createWorkflowServer } from '../../src/workflow-server.ts'

/** A server of its own on a shared database, which sends its parent the port on which it listens. */
const automation = createWorkflowServer({
  database: { pool: new pg.Pool({ connectionString: process.env['DATABASE_URL'] ?? '', max: 8 }) },
  engine: embeddedEngine(),
  nodes: nodesWithWebhook,
  keyProvider: plainKeys,
  authenticate: () => ({ tenantId: 'acme', userId: 'ada', displayName: 'Ada', role: 'admin' }),
  publicUrl: 'https://app.example',
  limits: { rates: false, waitingPerTenant: 5_000 },
})
await automation.migrate()
await automation.startWorker()
const server = createServer(toNodeHandler(automation))
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port))
process.on('disconnect', () => process.exit(0))
