import type { ServerSocket } from '../connections/server-socket.ts'
import type { RequestContext } from '../request-context.ts'

/** Entry for the WebSockets of a platform; `attachWebSockets` uses it on Node. */
export interface ServerSockets {
  /** Checks whether a path is a socket of the API; every other upgrade belongs to the host. */
  isSocketPath(pathname: string): boolean
  /** Checks whether a path belongs to the API alone: it is below a base path other than `/`. */
  ownsPath(pathname: string): boolean
  /** The subprotocol to answer with, from those that the client offers. */
  chooseProtocol(offered: Iterable<string>): string | null
  /**
   * Takes over a socket after its handshake. Refusals are close codes, since a browser sees nothing else.
   *
   * @param request - The upgrade request, without a body.
   * @param context - Passed on to `authenticate`. @defaultValue `{}`
   */
  connect(request: Request, socket: ServerSocket, context?: RequestContext): void
}
