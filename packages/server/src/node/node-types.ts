/**
 * A request of a Node host, by structure: the `IncomingMessage` of `node:http` and what Express, Fastify (`request.raw`),
 * Next's pages router or a cloud platform make of it.
 */
export interface NodeRequest {
  readonly method?: string | undefined
  readonly url?: string | undefined
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly socket: object
}

/** The response that belongs to a {@link NodeRequest}. */
export interface NodeResponse {
  statusCode: number
  readonly headersSent: boolean
  setHeader(name: string, value: string | readonly string[]): unknown
}

/** A raw connection, as an upgrade hands it over. */
export interface NodeStream {
  destroy(): unknown
}

/** A server of `node:http` or `node:https`, by structure. */
export interface NodeServer {
  on(event: 'upgrade', listener: (request: NodeRequest, stream: NodeStream, head: Uint8Array) => void): unknown
  off(event: 'upgrade', listener: (request: NodeRequest, stream: NodeStream, head: Uint8Array) => void): unknown
  listenerCount(event: 'upgrade'): number
}
