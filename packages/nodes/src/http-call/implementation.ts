import { isJsonObject, type Json } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import { type HttpResponse, implementNode, type NodeContext, type NodeFiles, type NodeParams } from '@tenon/core/node'
import { cutText, decodeText, mediaTypeOf, parseJson, retryAfterMs } from '@tenon/core/text'
import { httpCall } from './definition.ts'
import { storeBody, withFile } from './files.ts'
import { withForm } from './form.ts'
import { readPages } from './pages.ts'
import { buildRequest, isForm, READING_METHODS, type Request } from './request.ts'
import { isExpected } from './status.ts'

type Params = NodeParams<typeof httpCall>
type Log = NodeContext['log']

const EXCERPT_LENGTH = 1_000
const MOST_PATHS_SHOWN = 10

export const httpCallNode = implementNode(
  httpCall,
  async ({ params, http, files, idempotencyKey, abortSignal, log, toolCall, heartbeat }) => {
    const { url: firstUrl, init } = await withContent(buildRequest(params, idempotencyKey), params, files)
    const request = async (url: string): Promise<HttpResponse> => {
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
      toolCall({ ...call, answer: { status: response.status }, durationMs: durationMs() })
      if (isExpected(response.status, params.expectedStatus)) return response
      const excerpt = { status: response.status, body: await excerptOf(response) }
      log('warn', `${params.method} answered ${response.status}`, excerpt)
      throw statusError(params, response)
    }
    if (params.pages === 'one' || params.method !== 'GET') {
      const response = await request(firstUrl)
      const body =
        params.responseType === 'file' ? await storeBody(response, files) : await readBody(params, response, log)
      return { port: 'success', output: toOutput(params, response, body) }
    }
    const { items, pages, hasMore } = await readPages(params, firstUrl, async (url) => {
      const response = await request(url)
      heartbeat()
      return { response, body: await readBody({ responseType: 'json' }, response, log) }
    })
    if (hasMore) log('warn', 'The service has more items than the limits of the node', { items: items.length, pages })
    return { port: 'success', output: { items: [...items], pagesRead: pages, hasMore } }
  },
)

/** Adds what is read from files, or written as a form, to a request. */
function withContent(built: Request, params: Params, files: NodeFiles): Promise<Request> {
  const isFileSent = params.bodyFile !== undefined
  return isForm(params) && !isFileSent ? withForm(built, params, files) : withFile(built, params, files)
}

/** Returns the beginning of a body for the log; `null` if it is not text. */
async function excerptOf(response: HttpResponse): Promise<string | null> {
  try {
    return cutText(await response.text(), EXCERPT_LENGTH)
  } catch {
    return null
  }
}

/**
 * Creates the error for a status. A write is retried only if the service did nothing and asks for a retry: 429, or 503
 * with a time. Reads, and writes to a service that honors the key, are retried after every fault of the service.
 */
function statusError({ method, honorsIdempotencyKey }: Params, { status, headers }: HttpResponse): TenonError {
  const waitMs = retryAfterMs(headers['retry-after'], Date.now())
  const isAskedAgain = status === 429 || (status === 503 && waitMs !== undefined)
  const mayRepeat = honorsIdempotencyKey || READING_METHODS.has(method)
  const remedy = remedyOf(status)
  return new TenonError('HTTP_STATUS', `${method} answered ${status}`, {
    ...(remedy === null ? {} : { remedy }),
    retryable: isAskedAgain || (mayRepeat && status >= 500),
    details: { status, ...(waitMs === undefined ? {} : { retryAfterMs: waitMs }) },
  })
}

/** Returns what people can do about a status; `null` to refer them to the response. */
function remedyOf(status: number): string | null {
  if (status === 401 || status === 403) return 'Check the credentials that the node sends, and their permissions.'
  if (status === 404 || status === 410) return 'Check the URL of the node and the values in it.'
  if (status === 429) return 'The service limits requests. Call it less often, or start the run again later.'
  if (status >= 500) return 'The service failed. Start the run again later, or ask its operator.'
  return null
}

function toOutput({ output }: Params, response: HttpResponse, body: Json) {
  if (output === 'response') return { status: response.status, headers: readHeaders(response), body }
  if (body === null || body === '') return {}
  if (isJsonObject(body)) return body
  throw new TenonError('HTTP_RESPONSE_INVALID', 'The response has no fields to add: its body is not a JSON object', {
    remedy: 'Let the node add the whole response, or set the response format to JSON.',
    details: { status: response.status, contentType: response.headers['content-type'] ?? null },
  })
}

async function readBody(
  { responseType }: Pick<Params, 'responseType'>,
  response: HttpResponse,
  log: Log,
): Promise<Json> {
  if (responseType === 'text') return response.text()
  const bytes = await response.bytes()
  if (responseType === 'bytes') {
    const mediaType = mediaTypeOf(response.headers['content-type'])
    return { base64: Buffer.from(bytes).toString('base64'), mediaType, size: bytes.byteLength }
  }
  const decoded = decodeText(bytes, response.headers['content-type'])
  if (decoded.ok && decoded.text.trim() === '') return null
  const reading = decoded.ok ? parseJson(decoded.text, { onLoss: 'keep' }) : null
  // The body of the response is the best description of the fault.
  if (reading?.ok !== true) return (await response.json()) as Json
  if (reading.kept.length > 0) {
    const paths = reading.kept.slice(0, MOST_PATHS_SHOWN).map(({ path }) => path.join('.'))
    log('info', 'Numbers and texts that would lose digits or characters are kept as text', { paths })
  }
  return reading.value
}

// Cookies are credentials and are not logged; the others only concern the connection.
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
