import { createServer } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { handle, migrate } from './handler.ts'

// In place of a platform, which would call `handle` itself.
const port = Number(process.env['PORT'] ?? 4400)
await migrate()
createServer(getRequestListener(handle)).listen(port, '127.0.0.1', () => console.log(`ready http://127.0.0.1:${port}`))
