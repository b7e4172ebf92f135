import { CLOSE_CODES } from '@tenon/core/collab'
import type { TenantId } from '@tenon/core/document'
import { type ServerSocket, TENON_PROTOCOL } from '../connections/server-socket.ts'
import type { ServerContext } from '../context.ts'
import { followChanges } from '../streams/follow-changes.ts'
import { drained } from './drained.ts'

/** Sends the hints of what changes in a tenant, one a text frame, until the socket closes. */
export async function streamChanges(
  server: ServerContext,
  socket: ServerSocket,
  options: { readonly tenantId: TenantId; readonly abortSignal: AbortSignal },
): Promise<void> {
  socket.onMessage(() => socket.close(CLOSE_CODES.badFrame, 'This socket does not accept messages'))
  for await (const changes of followChanges(server, options)) {
    if (changes === null) {
      if (socket.protocol === TENON_PROTOCOL) socket.send(JSON.stringify({ kind: 'heartbeat' }))
      continue
    }
    for (const change of changes) socket.send(JSON.stringify(change))
    if (!(await drained(server, socket, options.abortSignal))) {
      socket.close(CLOSE_CODES.rateLimited, 'Client too slow: reconnect')
      return
    }
  }
  if (server.closing.aborted) socket.close(CLOSE_CODES.draining, 'The server is shutting down')
}
