import { TenonError } from '../errors/tenon-error.ts'
import { errorOf, unreachable } from './errors.ts'
import type { UploadContent } from './files-client.ts'
import type { TenonClientOptions } from './options.ts'

export interface TransportRequest {
  readonly method: string
  /** Below the base address, encoded. */
  readonly path: string
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>> | undefined
  readonly body?: unknown
  /** Bytes to send in place of JSON. */
  readonly content?: UploadContent
  readonly headers?: Readonly<Record<string, string>>
  readonly abortSignal?: AbortSignal | undefined
  readonly keepalive?: boolean
}

/**
 * Sends one request and returns its response with an unread body. @throws {@link TenonError} for an answer that is no
 * success.
 */
export type Requester = (request: TransportRequest) => Promise<Response>

export function createRequester(options: TenonClientOptions): Requester {
  const baseUrl = withoutTrailingSlash(options.baseUrl)

  return async function open(request) {
    checkPath(request.path)
    const token = (await options.getToken?.()) ?? null
    const send = options.fetch ?? globalThis.fetch
    const isMutation = request.method !== 'GET'
    const init: RequestInit = {
      method: request.method,
      headers: {
        accept: 'application/json',
        ...(isMutation ? { 'content-type': request.content ? 'application/octet-stream' : 'application/json' } : {}),
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...request.headers,
      },
      credentials: token === null ? 'include' : 'same-origin',
      ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
      ...(request.content === undefined ? {} : bytesOf(request.content)),
      ...(request.abortSignal === undefined ? {} : { signal: request.abortSignal }),
      ...(request.keepalive === true ? { keepalive: true } : {}),
    }
    let response: Response
    try {
      response = await send(`${baseUrl}${request.path}${queryOf(request.query)}`, init)
    } catch (cause) {
      // A caller that aborts expects its own reason, not a network error.
      if (request.abortSignal?.aborted === true) throw request.abortSignal.reason
      throw unreachable(cause)
    }
    if (!response.ok) throw await errorOf(response)
    return response
  }
}

/** Refuses empty, `.` and `..` segments: URL parsers resolve them, encoded or not, to another route. */
function checkPath(path: string): void {
  if (
    !path
      .slice(1)
      .split('/')
      .some((segment) => ['', '.', '..'].includes(segment))
  )
    return
  throw new TenonError('REQUEST_INVALID', 'An id cannot be empty, "." or ".."', {
    remedy: 'Pass the id of the object to read or change.',
  })
}

/** Sends one request and returns the decoded JSON body; `undefined` for an empty body. */
export type Transport = <Answer>(request: TransportRequest) => Promise<Answer>

export function createTransport(open: Requester): Transport {
  return async function send<Answer>(request: TransportRequest): Promise<Answer> {
    const response = await open(request)
    if (response.status === 204) return undefined as Answer
    try {
      return (await response.json()) as Answer
    } catch (cause) {
      if (request.abortSignal?.aborted === true) throw request.abortSignal.reason
      throw unreachable(cause)
    }
  }
}

export function withoutTrailingSlash(url: string): string {
  return url.replace(/\/+$/, '')
}

function queryOf(query: TransportRequest['query']): string {
  const pairs = Object.entries(query ?? {}).filter(([, value]) => value !== undefined)
  if (pairs.length === 0) return ''
  return `?${new URLSearchParams(pairs.map(([name, value]) => [name, String(value)])).toString()}`
}

/** A browser or Node sends a stream only with this field, which the types of the platform lack. */
function bytesOf(content: UploadContent): RequestInit {
  return { body: content as BodyInit, ...(content instanceof ReadableStream ? { duplex: 'half' } : {}) } as RequestInit
}
