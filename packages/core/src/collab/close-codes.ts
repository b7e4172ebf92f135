/**
 * Codes with which the server closes a socket. 4400-4499 are final for a y-websocket provider; it reconnects after the
 * others.
 */
export const CLOSE_CODES = Object.freeze({
  /** The ticket or the session is not valid; a new ticket may help. */
  unauthenticated: 4401,
  /** The role does not, or no longer, permit the connection. */
  forbidden: 4403,
  /** The workflow or run is unknown or belongs to another tenant. */
  notFound: 4404,
  /** The draft was replaced; the client's copy belongs to an earlier one. */
  rebased: 4409,
  /** A frame that cannot be read or is not allowed. */
  badFrame: 4422,
  /** The server is shutting down; reconnect to reach another one. */
  draining: 4503,
  /** Too many frames or connections. */
  rateLimited: 4529,
})
