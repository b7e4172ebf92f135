import { createServer } from 'node:http'
import { createBuiltInNodes } from '@tenon/nodes/server'
import { embeddedEngine } from '@tenon/runtime'
import { createWorker } from '@tenon/server'
import pg from 'pg'

// Executes runs; start as many of these as there is work for.
const port = Number(process.env['PORT'] ?? 4401)
const worker = createWorker({
  database: { pool: new pg.Pool({ connectionString: process.env['DATABASE_URL'] }) },
  engine: embeddedEngine(),
  nodes: createBuiltInNodes({}),
})
await worker.start()

// For the platform's health check only.
createServer((_request, response) => response.end('ok')).listen(port, '127.0.0.1', () => console.log(`ready ${port}`))
process.once('SIGTERM', () => void worker.close().then(() => process.exit(0)))
