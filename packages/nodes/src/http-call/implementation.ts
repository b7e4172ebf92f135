import type { Json } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import { type HttpResponse, implementNode, type NodeParams } from '@tenon/core/node'
import { type JsonTextFault, parseJsonText } from '../shared/parse-json-text.ts'
import { retryAfterMs } from '../shared/retry-after.ts'
import { httpCall } from './definition.ts'
import { buildRequest } from './request.ts'
import { isExpected } from './status.ts'

type Params = NodeParams<typeof httpCall>

const EXCERPT_LENGTH = 1_000

export const httpCallNode = implementNode(
  httpCall,
  async ({ params, http, idempotencyKey, abortSignal, log, toolCall }) => {
    const { url, init } = buildRequest(params, idempotencyKey)
    const call = { tool: 'http', arguments: { method: params.method, url: withoutQuery(url) } }
    const startedAt = performance.now()
    const durationMs = () => Math.round(performance.now() - startedAt)
    let response: HttpResponse
    try {
      response = await http.request(url, { ...init, abortSignal })
    } catch (error) {
      if (error instanceof TenonError) {
        toolCall({ ...call, error: { code: error.code, message: error.message }, durationMs: durationMs() })
      }
      throw error
    }
    const text = await response.text()
    toolCall({ ...call, answer: { status: response.status }, durationMs: durationMs() })
    if (!isExpected(response.status, params.expectedStatus)) {
      log('warn', `${params.method} answered ${response.status}`, {
        status: response.status,
        body: text.slice(0, EXCERPT_LENGTH),
      })
      throw statusError(params, response)
    }
    return { port: 'success', output: toOutput(params, response, text) }
  },
)

function statusError({ method }: Params, { status, headers }: HttpResponse): TenonError {
  const waitMs = retryAfterMs(headers['retry-after'], Date.now())
  return new TenonError('HTTP_STATUS', `${method} answered ${status}`, {
    retryable: status >= 500 || status === 429,
    details: { status, ...(waitMs === undefined ? {} : { retryAfterMs: waitMs }) },
  })
}

function toOutput({ responseType, output }: Params, response: HttpResponse, text: string) {
  const body = responseType === 'text' ? text : readJson(response, text)
  if (output === 'response') return { status: response.status, headers: readHeaders(response), body }
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body as Readonly<Record<string, Json>>
  throw responseInvalid(response, 'has no fields to add: its body is not a JSON object')
}

function readJson(response: HttpResponse, text: string): Json {
  if (text.trim() === '') return null
  const result = parseJsonText(text)
  if (result.ok) return result.value
  const why: Record<JsonTextFault, string> = {
    syntax: 'is not JSON',
    key: 'has a key that is refused: __proto__, prototype or constructor',
  }
  throw responseInvalid(response, why[result.fault])
}

// Cookies are credentials and stay out of the run log; the others speak of the connection alone.
const HEADERS_LEFT_OUT: ReadonlySet<string> = new Set([
  'connection',
  'content-encoding',
  'content-length',
  'keep-alive',
  'set-cookie',
  'transfer-encoding',
])

function readHeaders({ headers }: HttpResponse): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !HEADERS_LEFT_OUT.has(name)))
}

function withoutQuery(url: string): string {
  return url.split(/[?#]/, 1)[0] ?? ''
}

function responseInvalid({ status, headers }: HttpResponse, why: string): TenonError {
  return new TenonError('HTTP_RESPONSE_INVALID', `The answer ${why}`, {
    details: { status, contentType: headers['content-type'] ?? null },
  })
}
