import { type Identity, type Permission, ROUTES, type RouteDefinition } from '@tenon/core/api'
import { CLOSE_CODES } from '@tenon/core/collab'
import type { TenantId } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import type { StoredRun } from '@tenon/runtime'
import { createRooms } from '../collab/rooms.ts'
import { closeCodeOf, closeReasonOf } from '../connections/close-error.ts'
import { type ServerSocket, TENON_PROTOCOL } from '../connections/server-socket.ts'
import type { ServerContext } from '../context.ts'
import { askWhoCalls } from '../http/ask-who-calls.ts'
import { authorizeRoute } from '../http/authorize-route.ts'
import { checkInput } from '../http/check-input.ts'
import type { OriginLog } from '../http/origin-log.ts'
import type { Resources } from '../http/route-handler.ts'
import { createRouteMatcher } from '../http/route-matcher.ts'
import { reasonOf } from '../log/reason-of.ts'
import type { Authenticate } from '../options.ts'
import type { RequestContext } from '../request-context.ts'
import { followChanges } from '../streams/follow-changes.ts'
import { type RunFramesOptions, runFrames } from '../streams/run-frames.ts'
import { collaborate } from './collab-socket.ts'
import { drained } from './drained.ts'
import type { ServerSockets } from './server-sockets-types.ts'
import { redeemTicket } from './tickets.ts'

export interface SocketOptions {
  readonly basePath: string
  /** Origins whose pages may connect. */
  readonly origins: readonly string[]
  readonly logOrigin: OriginLog
  readonly authenticate: Authenticate
  readonly lifetimeMs: number
}

/** A socket that has just been opened. */
interface Connection {
  readonly request: Request
  readonly socket: ServerSocket
  readonly context: RequestContext
  readonly abortSignal: AbortSignal
}

export interface ClosableSockets extends ServerSockets {
  /** Closes every socket with 4503 once all that they sent is stored. */
  close(): Promise<void>
}

const SOCKET_ROUTES: readonly RouteDefinition[] = [ROUTES.runLogs, ROUTES.collaborate, ROUTES.followChanges]

/** Longest time for authentication and authorization of a socket. */
const HANDSHAKE_MS = 10_000

export function createServerSockets(server: ServerContext, options: SocketOptions): ClosableSockets {
  const match = createRouteMatcher(options.basePath, SOCKET_ROUTES)
  const rooms = createRooms(server)
  const open = new Set<ServerSocket>()

  async function serve({ request, socket, context, abortSignal }: Connection): Promise<void> {
    const openedAt = server.now()
    const handshakeMs = Math.min(HANDSHAKE_MS, options.lifetimeMs)
    const handshake = setTimeout(() => socket.close(CLOSE_CODES.draining, 'Authentication timed out'), handshakeMs)
    abortSignal.addEventListener('abort', () => clearTimeout(handshake))
    const url = new URL(request.url)
    const found = match(url.pathname)
    const route = found?.routes[0]
    if (found === null || route === undefined) throw new TenonError('ROUTE_NOT_FOUND', 'No route has this path')
    if (server.closing.aborted) throw new TenonError('UNAVAILABLE', 'The server is shutting down')
    checkOrigin(request, options)
    const { identity, resource } = await authorizeRoute(server, {
      route,
      params: found.params,
      identify: () => identify(server, options.authenticate, request, context),
      isLimited: true,
    })
    // No socket is public.
    if (identity === null) throw new TenonError('UNAUTHENTICATED', 'A socket needs a ticket or an Authorization header')
    const query = checkInput(route.query, Object.fromEntries(url.searchParams), 'query')
    if (abortSignal.aborted) return
    clearTimeout(handshake)
    const leave = server.connections.enter({
      identity,
      permissions: permissionsOf(route),
      openedAt,
      close: (code, reason) => socket.close(code, reason),
    })
    abortSignal.addEventListener('abort', leave)
    if (route.id === ROUTES.runLogs.id) {
      const after = typeof query.after === 'number' ? query.after : 0
      const acceptsView = query.view === 'true'
      await streamRunLog(server, resource as Resources['run'], socket, { after, acceptsView, abortSignal })
    } else if (route.id === ROUTES.followChanges.id) {
      await streamChanges(server, socket, { tenantId: identity.tenantId, abortSignal })
    } else {
      const { workflow_id: workflowId } = resource as Resources['workflow']
      await collaborate(server, rooms, { tenantId: identity.tenantId, workflowId }, identity, socket)
    }
  }

  return {
    isSocketPath: (pathname) => match(pathname) !== null,
    ownsPath: (pathname) => options.basePath !== '' && pathname.startsWith(`${options.basePath}/`),
    chooseProtocol(offered) {
      for (const protocol of offered) if (protocol === TENON_PROTOCOL) return protocol
      return null
    },
    connect(request, socket, context = {}) {
      const gone = new AbortController()
      open.add(socket)
      socket.onClose(() => {
        open.delete(socket)
        gone.abort()
      })
      serve({ request, socket, context, abortSignal: gone.signal }).catch((thrown: unknown) => {
        if (!(thrown instanceof TenonError))
          server.log('error', 'socket.failed: unexpected error', { reason: reasonOf(thrown) })
        socket.close(closeCodeOf(thrown), closeReasonOf(thrown))
      })
    },
    async close() {
      await rooms.close()
      for (const socket of open) socket.close(CLOSE_CODES.draining, 'The server is shutting down')
    },
  }
}

/** Permissions that a socket needs; a collaboration socket also writes, if the role allows it. */
function permissionsOf(route: RouteDefinition): readonly Permission[] {
  if (route.permission === 'public') return []
  return route.id === ROUTES.collaborate.id ? [route.permission, 'workflow:write'] : [route.permission]
}

/** A browser always says where a page comes from; other clients say nothing and bring no cookies. */
function checkOrigin(request: Request, { origins, logOrigin }: SocketOptions): void {
  const origin = request.headers.get('origin')
  if (origin === null || origins.includes(origin)) return
  logOrigin(origin)
  throw new TenonError('ORIGIN_REFUSED', 'Pages of this origin are not allowed to connect')
}

/** Reads the ticket, or the Authorization header of a caller that is no browser. Cookies alone are never accepted. */
async function identify(
  server: ServerContext,
  authenticate: Authenticate,
  request: Request,
  context: RequestContext,
): Promise<Identity> {
  const ticket = new URL(request.url).searchParams.get('ticket')
  if (ticket !== null) return redeemTicket(server, ticket)
  if (request.headers.has('authorization')) return askWhoCalls(authenticate, request, context)
  throw new TenonError('UNAUTHENTICATED', 'A socket needs a ticket or an Authorization header')
}

/** Sends the hints of what changes in a tenant, one a text frame, until the socket closes. */
async function streamChanges(
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

/**
 * Sends a run's log over a socket: the view of a long log to a client that accepts it, backlog, then live, one JSON frame a
 * text frame, then a close with 1000 when the run has ended. A client that receives nothing for 30 s is closed, and can
 * continue from its last `seq`. One that says anything is closed, too.
 */
async function streamRunLog(
  server: ServerContext,
  run: StoredRun,
  socket: ServerSocket,
  options: RunFramesOptions,
): Promise<void> {
  const batches = runFrames(server, run, options)
  let lastSeq = options.after
  socket.onMessage(() => socket.close(CLOSE_CODES.badFrame, 'This socket does not accept messages'))
  for await (const frames of batches) {
    if (frames === null) {
      if (socket.protocol === TENON_PROTOCOL) socket.send(JSON.stringify({ type: 'heartbeat', seq: lastSeq }))
      continue
    }
    for (const frame of frames) {
      socket.send(JSON.stringify(frame))
      lastSeq = frame.seq
    }
    if (!(await drained(server, socket, options.abortSignal))) {
      socket.close(CLOSE_CODES.rateLimited, `Client too slow: reconnect with after=${lastSeq}`)
      return
    }
  }
  if (server.closing.aborted) socket.close(CLOSE_CODES.draining, 'The server is shutting down')
  else if (!options.abortSignal.aborted) socket.close(1000, 'The run has ended')
}
