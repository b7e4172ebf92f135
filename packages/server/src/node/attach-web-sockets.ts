import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { CLOSE_CODES, DRAFT_LIMITS } from '@tenon/core/collab'
import { anObjectWith, checkOptions, isOptionObject, type OptionCheck } from '@tenon/core/options'
import { WebSocketServer } from 'ws'
import { anAutomation } from '../check-automation.ts'
import type { WorkflowServer } from '../workflow-server-interface.ts'
import { createHeartbeat } from './heartbeat.ts'
import { toHeaders, toUrl } from './incoming-message.ts'
import type { NodeRequest, NodeServer, NodeStream } from './node-types.ts'
import { toServerSocket } from './ws-socket.ts'

const PING_MS = 30_000

/** Longest time in which the client of a refused upgrade may read its answer. */
const REFUSAL_MS = 5_000

const aNodeServer = anObjectWith(
  ['on', 'off', 'listenerCount'],
  'httpServer must be a server of node:http, such as what app.listen() of Express returns',
)

const aServerWithSockets: OptionCheck = (value, field) =>
  anAutomation(['connect', 'chooseProtocol'])(isOptionObject(value) ? value['sockets'] : value, field)

/**
 * Lets a Node server's WebSockets reach the automation server.
 *
 * An upgrade to one of its sockets is served. Any other one below a `basePath` is answered with 404. Elsewhere the
 * upgrade is left to the host's own `upgrade` listeners; where there is none, it is answered with 404, too, since Node
 * itself would keep such a connection open forever.
 *
 * @param httpServer - From `node:http`, Express' `listen`, Fastify's `server` or `@hono/node-server`.
 * @returns `detach`: closes our sockets with 4503 and takes no new ones.
 * @throws {@link TenonError} `OPTIONS_INVALID` if one of the arguments is no server.
 */
export function attachWebSockets(
  httpServer: NodeServer,
  automation: Pick<WorkflowServer, 'sockets'>,
): () => Promise<void> {
  checkOptions(
    'attachWebSockets',
    { httpServer, automation },
    { httpServer: aNodeServer, automation: aServerWithSockets },
  )
  const { sockets } = automation
  const upgrader = new WebSocketServer({
    noServer: true,
    // Above the limit of an update, so that the guard can say what was wrong.
    maxPayload: DRAFT_LIMITS.updateBytes * 2,
    perMessageDeflate: false,
    handleProtocols: (offered) => sockets.chooseProtocol(offered) ?? false,
  })
  const heartbeat = createHeartbeat(upgrader.clients)
  const beating = setInterval(heartbeat.beat, PING_MS)
  beating.unref()

  function onUpgrade(given: NodeRequest, connection: NodeStream, head: Uint8Array): void {
    // By structure in the signature, so that any version of the platform's types fits; these in fact.
    const request = given as NodeRequest & IncomingMessage
    const stream = connection as NodeStream & Duplex
    const url = toUrl(request, 'http')
    if (url !== null && sockets.isSocketPath(url.pathname)) {
      upgrader.handleUpgrade(request, stream, Buffer.from(head), (client) => {
        heartbeat.watch(client)
        sockets.connect(new Request(url, { headers: toHeaders(request) }), toServerSocket(client), { req: request })
      })
    } else if (url === null || sockets.ownsPath(url.pathname) || httpServer.listenerCount('upgrade') === 1) {
      refuseUpgrade(stream)
    }
  }

  httpServer.on('upgrade', onUpgrade)

  return async function detach() {
    httpServer.off('upgrade', onUpgrade)
    clearInterval(beating)
    for (const client of upgrader.clients) client.close(CLOSE_CODES.draining, 'The server is shutting down')
    upgrader.close()
  }
}

function refuseUpgrade(stream: Duplex): void {
  // Every error is followed by a close; without a listener Node would end the process.
  stream.on('error', () => undefined)
  stream.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
  const timer = setTimeout(() => stream.destroy(), REFUSAL_MS)
  timer.unref()
  stream.once('finish', () => stream.destroy())
  stream.once('close', () => clearTimeout(timer))
}
