import type { Identity } from '@tenon/core/api'
import { createBuiltInNodes } from '@tenon/nodes/server'
import { embeddedEngine } from '@tenon/runtime'
import { openPGlite } from '@tenon/runtime/postgres'
import { createWorkflowServer, type WorkflowServer } from '@tenon/server'

interface Host {
  readonly sessions: Map<string, Identity>
  readonly automation: Promise<WorkflowServer>
}

// Next loads a module once for each route, and again when it changes; one server serves them all.
const shared = globalThis as typeof globalThis & { tenonHost?: Host }

export function host(): Host {
  shared.tenonHost ??= createHost()
  return shared.tenonHost
}

function createHost(): Host {
  const sessions = new Map<string, Identity>()
  return { sessions, automation: start(sessions) }
}

async function start(sessions: Host['sessions']): Promise<WorkflowServer> {
  const automation = createWorkflowServer({
    database: { pglite: await openPGlite() },
    engine: embeddedEngine(),
    nodes: createBuiltInNodes({}),
    authenticate: (request) => {
      const session = /(?:^|; )session=([\w-]+)/.exec(request.headers.get('cookie') ?? '')?.[1]
      return sessions.get(session ?? '') ?? null
    },
    basePath: '/automation',
    publicUrl: `http://127.0.0.1:${process.env['PORT'] ?? 3000}`,
  })
  await automation.migrate()
  await automation.startWorker()
  return automation
}
