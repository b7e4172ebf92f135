import { createHttpResponse } from '../node/http-response.ts'
import type { HttpClient, HttpRequestInit, HttpResponse } from '../node/ports.ts'

/** A request of the node under test. */
export interface ScriptedRequest {
  /** HTTP method in upper case. */
  readonly method: string
  /** Absolute URL. */
  readonly url: string
  /** Headers by lower-case name. */
  readonly headers: Readonly<Record<string, string>>
  /** Body as text; empty if there was none. */
  readonly body: string
}

/** Response of a test; an object body is sent as JSON. */
export interface ScriptedAnswer {
  /** HTTP status. @defaultValue 200 */
  readonly status?: number
  /** Response headers by name; an object body adds `content-type: application/json`. */
  readonly headers?: Readonly<Record<string, string>>
  /** Text that is sent unchanged, or a value that is sent as JSON. @defaultValue empty */
  readonly body?: unknown
}

/** Answers a request of the node in a test; an error that it throws rejects the request. */
export type Respond = (request: ScriptedRequest) => ScriptedAnswer | Promise<ScriptedAnswer>

/** Creates an {@link HttpClient} that calls `respond` for each request and records the requests. */
export function createScriptedHttp(respond: Respond, requests: ScriptedRequest[]): HttpClient {
  const send = async (request: ScriptedRequest): Promise<Response> => {
    requests.push(request)
    const { status = 200, headers = {}, body } = await respond(request)
    const text = typeof body === 'string' ? body : body === undefined ? '' : JSON.stringify(body)
    // A standard response allows no body for these, not even an empty one.
    return new Response([101, 204, 205, 304].includes(status) ? null : text, {
      status,
      headers: typeof body === 'object' ? { 'content-type': 'application/json', ...headers } : headers,
    })
  }
  return {
    request: async (url, init = {}) => toHttpResponse(await send(toRequest(url, init)), url),
    fetch: async (input, init) => {
      const request = new Request(input, init)
      return send({
        method: request.method,
        url: request.url,
        headers: Object.fromEntries(request.headers),
        body: await request.text(),
      })
    },
  }
}

function toRequest(
  url: string,
  { method = 'GET', headers = {}, body = '', abortSignal }: HttpRequestInit,
): ScriptedRequest {
  abortSignal?.throwIfAborted()
  return {
    method,
    url,
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
    body: typeof body === 'string' ? body : new TextDecoder().decode(body),
  }
}

async function toHttpResponse(response: Response, url: string): Promise<HttpResponse> {
  const bytes = new Uint8Array(await response.arrayBuffer())
  return createHttpResponse({ status: response.status, headers: Object.fromEntries(response.headers), url, bytes })
}
