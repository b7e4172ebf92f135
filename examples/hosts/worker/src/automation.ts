import type { Identity } from '@tenon/core/api'
import { createBuiltInNodes } from '@tenon/nodes/server'
import { embeddedEngine } from '@tenon/runtime'
import { createWorkflowServer, type WorkflowServer } from '@tenon/server'
import pg from 'pg'

export const sessions = new Map<string, Identity>()

/** The API process needs all of this; see `worker.ts` for what a worker needs. */
export function createAutomation(publicUrl: string): WorkflowServer {
  return createWorkflowServer({
    database: { pool: new pg.Pool({ connectionString: process.env['DATABASE_URL'] }) },
    engine: embeddedEngine(),
    nodes: createBuiltInNodes({}),
    authenticate: (request) =>
      sessions.get(/session=([\w-]+)/.exec(request.headers.get('cookie') ?? '')?.[1] ?? '') ?? null,
    basePath: '/automation',
    publicUrl,
  })
}
