/**
 * The host's own objects for one request, so that `authenticate` can read what the host has found already: a session,
 * a signed-in user. Only what the adapter in use knows is set; narrow it to the type of the host's framework.
 */
export interface RequestContext {
  /**
   * Express' `req`, Fastify's `request`, the `IncomingMessage` of `node:http`, the `NextRequest` of Next. For a socket
   * it is the `IncomingMessage` of the upgrade, which no middleware of the host has seen.
   */
  readonly req?: unknown
  /** Hono's context, with `c.get(...)` and `c.env`. */
  readonly c?: unknown
}
