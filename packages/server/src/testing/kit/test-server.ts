import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Identity } from '@tenon/core/api'
import { embeddedEngine } from '@tenon/runtime'
import { attachWebSockets } from '../../node/attach-web-sockets.ts'
import { toNodeHandler } from '../../node/to-node-handler.ts'
import type { DatabaseOptions, WorkflowServerOptions } from '../../options.ts'
import type { RolloutIntervals } from '../../rollouts/rollout-intervals.ts'
import type { ClockPace } from '../../schedules/schedule-clock.ts'
import type { KeyRotationPace } from '../../secrets/key-rotations.ts'
import { openWorkflowServer } from '../../workflow-server.ts'
import type { WorkflowServer } from '../../workflow-server-interface.ts'
import { openServerPGlite } from './server-pglite.ts'
import { testNodes } from './test-nodes.ts'

export interface CallOptions {
  readonly as?: Identity
  readonly method?: string
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** A whole server over a PGlite in memory; tests keep apart by fresh tenants. */
export interface TestServer {
  readonly automation: WorkflowServer
  /** Sends a request to the server; without `as`, it is anonymous. */
  call(path: string, options?: CallOptions): Promise<Response>
  /** The same, decoded; throws for any other status. */
  json<Body>(status: number, path: string, options?: CallOptions): Promise<Body>
  /** Another server on the same database, as another process would be; without a worker. */
  sibling(options?: TestServerOptions): Promise<TestServer>
  /** Opens a port for sockets and real HTTP. */
  listen(): Promise<{ readonly url: string; readonly detach: () => Promise<void> }>
  close(): Promise<void>
}

const PUBLIC_URL = 'https://app.example'
export const BASE_URL = `${PUBLIC_URL}/automation`

/** Token of a test user: the identity itself. */
export function tokenOf(identity: Identity): string {
  return Buffer.from(JSON.stringify(identity)).toString('base64url')
}

function isBytes(body: unknown): body is Uint8Array<ArrayBuffer> {
  return body instanceof Uint8Array
}

function authenticateByToken(request: Request): Identity | null {
  const header = request.headers.get('authorization') ?? request.headers.get('cookie') ?? ''
  const token = /^(?:Bearer |session=)([A-Za-z0-9_-]+)$/.exec(header)?.[1]
  return token === undefined ? null : (JSON.parse(Buffer.from(token, 'base64url').toString()) as Identity)
}

/** Options of a test server: replaces parts of what a plain one is made of. */
export interface TestServerOptions extends Partial<WorkflowServerOptions> {
  /** Other times for the work on rollouts. */
  readonly rolloutIntervals?: Partial<RolloutIntervals>
  /** Other times and sizes for rotations of keys. */
  readonly rotationPace?: Partial<KeyRotationPace>
  /** Other times and sizes for the clock of schedules. */
  readonly clockPace?: Partial<ClockPace>
}

export async function openTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const given = options.database ?? { pglite: await openServerPGlite() }
  // A database that a test opens for a server closes with it.
  const database = { endOnClose: true, ...given }
  const server = await openOn(database, options)
  if (options.background !== false) await server.automation.startWorker()
  return server
}

/** The same database, which stays open when its borrower closes. */
function lend(database: DatabaseOptions): DatabaseOptions {
  if ('pool' in database) return { ...database, endOnClose: false }
  const { pglite } = database
  return {
    pglite: {
      query: (text, values, options) => pglite.query(text, values, options),
      exec: (text) => pglite.exec(text),
      transaction: (work) => pglite.transaction(work),
      close: async () => undefined,
    },
  }
}

async function openOn(
  database: DatabaseOptions,
  { rolloutIntervals, rotationPace, clockPace, ...options }: TestServerOptions,
): Promise<TestServer> {
  const plain: WorkflowServerOptions = {
    engine: embeddedEngine(),
    nodes: testNodes,
    authenticate: authenticateByToken,
    basePath: '/automation',
    publicUrl: PUBLIC_URL,
    // Tests ask for more at once than people do.
    limits: { rates: false },
    ...options,
    database,
  }
  const automation = openWorkflowServer(plain, rolloutIntervals, rotationPace, clockPace)
  await automation.migrate()
  const closers: (() => Promise<void>)[] = []

  function call(path: string, { as, method = 'GET', body, headers }: CallOptions = {}): Promise<Response> {
    return automation.fetch(
      new Request(`${BASE_URL}${path}`, {
        method,
        headers: {
          ...(as === undefined ? {} : { authorization: `Bearer ${tokenOf(as)}` }),
          ...(method === 'GET' || method === 'DELETE' ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined
          ? {}
          : { body: typeof body === 'string' || isBytes(body) ? body : JSON.stringify(body) }),
      }),
    )
  }

  return {
    automation,
    call,
    async json<Body>(status: number, path: string, callOptions?: CallOptions): Promise<Body> {
      const response = await call(path, callOptions)
      const text = await response.text()
      if (response.status !== status) throw new Error(`${path} answered ${response.status}: ${text}`)
      return (text === '' ? undefined : JSON.parse(text)) as Body
    },
    sibling: (more = {}) =>
      openOn(lend(database), {
        ...options,
        ...(rolloutIntervals && { rolloutIntervals }),
        ...(rotationPace && { rotationPace }),
        ...(clockPace && { clockPace }),
        ...more,
      }),
    async listen() {
      const server = createServer(toNodeHandler(automation))
      const detach = attachWebSockets(server, automation)
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      closers.push(async () => {
        await detach()
        server.closeAllConnections()
        await new Promise((resolve) => server.close(resolve))
      })
      return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/automation`, detach }
    },
    async close() {
      for (const close of closers) await close()
      await automation.close()
    },
  }
}
