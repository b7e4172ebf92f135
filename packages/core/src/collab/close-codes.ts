/** Why the server closes a socket. 4400-4499 are final for a stock y-websocket provider, the others are tried again. */
export const CLOSE_CODES = Object.freeze({
  /** The ticket or the session is not valid; a new ticket may help. */
  unauthenticated: 4401,
  /** The role does not allow it, or allows it no longer. */
  forbidden: 4403,
  /** Unknown, or another tenant's. */
  notFound: 4404,
  /** The draft was rebased; what the client has belongs to an older life of it. */
  rebased: 4409,
  /** A frame that cannot be read or is not allowed. */
  badFrame: 4422,
  /** The server is going down; another one answers in a moment. */
  draining: 4503,
  /** Too many frames or connections. */
  rateLimited: 4529,
})
