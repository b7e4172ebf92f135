import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { CLOSE_CODES, DRAFT_LIMITS } from '@tenon/core/collab'
import { WebSocketServer } from 'ws'
import type { WorkflowServer } from '../options.ts'
import { createHeartbeat } from './heartbeat.ts'
import { toHeaders, toUrl } from './incoming-message.ts'
import { toServerSocket } from './ws-socket.ts'

const PING_MS = 30_000

/**
 * Lets a Node server's WebSockets reach the automation server. Upgrades to other paths are left to the host.
 *
 * @param httpServer - From `node:http`, Express' `listen`, Fastify's `server` or `@hono/node-server`.
 * @returns `detach`: closes our sockets with 4503 and takes no new ones.
 */
export function attachWebSockets(
  httpServer: Pick<Server, 'on' | 'off'>,
  automation: Pick<WorkflowServer, 'sockets'>,
): () => Promise<void> {
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

  function onUpgrade(request: IncomingMessage, stream: Duplex, head: Buffer): void {
    const url = toUrl(request, 'http')
    if (url === null || !sockets.isSocketPath(url.pathname)) return
    upgrader.handleUpgrade(request, stream, head, (client) => {
      heartbeat.watch(client)
      sockets.connect(new Request(url, { headers: toHeaders(request) }), toServerSocket(client))
    })
  }

  httpServer.on('upgrade', onUpgrade)
  return async function detach() {
    httpServer.off('upgrade', onUpgrade)
    clearInterval(beating)
    for (const client of upgrader.clients) client.close(CLOSE_CODES.draining, 'The server is going down')
    upgrader.close()
  }
}
