/**
 * A request of a Node host, by structure: the `IncomingMessage` of `node:http` and what Express, Fastify (`request.raw`),
 * Next's pages router or a cloud platform make of it.
 */
export interface NodeRequest {
  /** HTTP method in upper case. */
  readonly method?: string | undefined
  /** Path and query as they arrived, percent-encoded. */
  readonly url?: string | undefined
  /** Headers by lower-case name. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  /** Connection that the request arrived on; `encrypted: true` marks TLS. */
  readonly socket: object
}

/** The response that belongs to a {@link NodeRequest}. */
export interface NodeResponse {
  /** HTTP status that is sent with the headers. */
  statusCode: number
  /** `true` once status and headers can no longer be changed. */
  readonly headersSent: boolean
  /** Sets a header in place of an earlier value; a list is sent as several headers. */
  setHeader(name: string, value: string | readonly string[]): unknown
}

/** A raw connection, as an upgrade hands it over. */
export interface NodeStream {
  /** Closes the connection without an answer. */
  destroy(): unknown
}

/** A server of `node:http` or `node:https`, by structure. */
export interface NodeServer {
  /** Adds a listener for upgrade requests. */
  on(event: 'upgrade', listener: (request: NodeRequest, stream: NodeStream, head: Uint8Array) => void): unknown
  /** Removes a listener that `on` added. */
  off(event: 'upgrade', listener: (request: NodeRequest, stream: NodeStream, head: Uint8Array) => void): unknown
  /** Counts the listeners for upgrade requests. */
  listenerCount(event: 'upgrade'): number
}
