import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { defineConnector } from '@tenon/core/node'
import { embeddedEngine } from '@tenon/runtime'
import { createEgress } from '@tenon/runtime/egress'
import { temporalEngine } from '@tenon/runtime/temporal'
import pg from 'pg'
import { openaiLanguageModel } from '../../../nodes/src/openai/index.ts'
import { createBuiltInNodes } from '../../../nodes/src/server/index.ts'
import { textractReader } from '../../../nodes/src/textract/index.ts'
import { toNodeHandler } from '../../src/node/to-node-handler.ts'
import { plainKeys } from '../../src/testing/kit/plain-keys.ts'
import { createWorkflowServer } from '../../src/workflow-server.ts'
import type { DocumentsOrder } from './documents-order.ts'

/** A server that reads documents, in a process of its own that its parent kills; it sends the port on which it listens. */
const order = JSON.parse(process.argv[2] ?? '{}') as DocumentsOrder
const allow = ['127.0.0.1/32', '::1/128']
const languageModel = openaiLanguageModel({
  ...{ apiKey: 'sk-test', baseURL: order.modelUrl, models: ['rules'] },
  fetch: createEgress({ allow }).fetch,
})
const origin = `http://127.0.0.1:${order.textractPort}`
const { temporal } = order
const automation = createWorkflowServer({
  database: { pool: new pg.Pool({ connectionString: order.databaseUrl, max: 8 }) },
  engine:
    temporal === null
      ? embeddedEngine({ leaseMs: 2_000, pollIntervalMs: 100, busyGraceMs: 2_000 })
      : temporalEngine({
          ...{ address: temporal.address, taskQueue: temporal.taskQueue },
          workflowBundle: { code: await readFile(temporal.bundle, 'utf8') },
        }),
  nodes: createBuiltInNodes({ languageModel, documentReader: textractReader({ originOf: () => origin }) }),
  connectors: [
    defineConnector({
      ...{ id: 'aws-local', title: 'AWS here', auth: { kind: 'aws' }, allowedHosts: [origin] },
    }),
  ],
  keyProvider: plainKeys,
  authenticate: () => ({ tenantId: 'acme', userId: 'ada', displayName: 'Ada', role: 'admin' }),
  publicUrl: 'https://app.example',
  egress: { allow },
  limits: { rates: false },
})
await automation.migrate()
await automation.startWorker()
const server = createServer(toNodeHandler(automation))
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port))
process.on('disconnect', () => process.exit(0))
