import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import type { ReadableStream as NodeReadableStream } from 'node:stream/web'
import type { WorkflowServer } from '../options.ts'
import { type HostRequest, toHeaders, toUrl } from './incoming-message.ts'
import { sendResponse } from './send-response.ts'

/** Takes a request of `node:http`, Express or Fastify (`request.raw`, `reply.raw`). */
export type NodeHandler = (request: IncomingMessage, response: ServerResponse) => Promise<void>

/**
 * Mounts the automation server on a Node host. Works with a body that the host has parsed already.
 *
 * @example
 * ```ts
 * app.use('/automation', toNodeHandler(automation)) // Express, with basePath: '/automation'
 * createServer(toNodeHandler(automation)).listen(3000)
 * ```
 */
export function toNodeHandler(automation: Pick<WorkflowServer, 'fetch'>): NodeHandler {
  return async function workflowServer(incoming, outgoing) {
    const gone = new AbortController()
    outgoing.once('close', () => gone.abort())
    const request = toRequest(incoming, gone.signal)
    if (request === null) {
      outgoing.writeHead(400).end()
      return
    }
    await sendResponse(await automation.fetch(request), outgoing)
  }
}

function toRequest(incoming: HostRequest, abortSignal: AbortSignal): Request | null {
  const isEncrypted = 'encrypted' in incoming.socket && incoming.socket.encrypted === true
  const url = toUrl(incoming, isEncrypted ? 'https' : 'http')
  if (url === null) return null
  const method = incoming.method ?? 'GET'
  const headers = toHeaders(incoming)
  if (method === 'GET' || method === 'HEAD') return new Request(url, { method, headers, signal: abortSignal })
  const parsed = parsedBody(incoming)
  if (parsed !== null) {
    headers.delete('content-length')
    headers.delete('content-encoding')
  }
  const body = parsed ?? (Readable.toWeb(incoming) as NodeReadableStream<Uint8Array> as ReadableStream<Uint8Array>)
  // A streamed body needs `duplex`, which the types of the platform do not know.
  return new Request(url, { method, headers, signal: abortSignal, body, duplex: 'half' } as RequestInit)
}

/** What the host's own body parser has left; the stream is empty then. */
function parsedBody({ body, readableEnded }: HostRequest): string | Uint8Array<ArrayBuffer> | null {
  if (body === undefined || (body === null && !readableEnded)) return null
  if (typeof body === 'string') return body
  if (body instanceof Uint8Array) return new Uint8Array(body)
  return JSON.stringify(body)
}
