import { TenonError } from '@tenon/core/errors'
import type { HttpClient, HttpResponse, NodeEffect, ToolCallRecord } from '@tenon/core/node'
import { cutText, mediaTypeOf, retryAfterMs } from '@tenon/core/text'
import { encodeForm, withQuery } from './path-of.ts'
import type { CallService, Service, ServiceRequest } from './service.ts'

/** Largest response: a page of a list, or one thing. */
const MAX_RESPONSE_BYTES = 8_388_608
const EXCERPT_LENGTH = 1_000
/** Form of the codes by which services name a failure; other texts may contain data of people. */
const REASON = /^[A-Za-z][A-Za-z0-9_.-]{0,79}$/

/** Parts of the context of a node or a lookup that a call uses. */
export interface CallContext {
  readonly http: HttpClient
  readonly abortSignal: AbortSignal
  /** Effect of the requests: reads are repeated after each fault of the service. */
  readonly effect: NodeEffect
  /** `true` if the service honors an idempotency key, so that writes are repeated like reads. @defaultValue false */
  readonly isIdempotent?: boolean
  /** @defaultValue nothing is logged */
  readonly log?: (level: 'warn', message: string, data: { readonly status: number; readonly body: string }) => void
  /** @defaultValue calls are not recorded */
  readonly toolCall?: (call: ToolCallRecord) => void
}

/**
 * Creates the client of a node for its service.
 *
 * After a write that has succeeded, no failure of the same attempt is tried again: the next attempt would write twice.
 */
export function createCallService(service: Service, context: CallContext): CallService {
  const isGuarded = context.effect === 'write' && context.isIdempotent !== true
  let hasWritten = false
  return async (request) => {
    const { method = 'GET' } = request
    try {
      const response = await send(service, context, request)
      hasWritten ||= isGuarded && method !== 'GET' && response.ok
      return await readResponse(service, { ...context, ...request, method }, response)
    } catch (error) {
      throw hasWritten && error instanceof TenonError && error.retryable ? afterWrite(error) : error
    }
  }
}

async function send(service: Service, context: CallContext, request: ServiceRequest): Promise<HttpResponse> {
  const url = urlOf(service, request)
  const [target = ''] = url.split('?', 1)
  const startedAt = performance.now()
  const record = { tool: service.id, arguments: { method: request.method ?? 'GET', url: target } }
  const durationMs = () => Math.round(performance.now() - startedAt)
  try {
    const response = await context.http.request(url, initOf(service, request, context.abortSignal))
    context.toolCall?.({ ...record, answer: { status: response.status }, durationMs: durationMs() })
    return response
  } catch (error) {
    if (error instanceof TenonError) {
      const { code, message } = error
      context.toolCall?.({ ...record, error: { code, message }, durationMs: durationMs() })
    }
    throw error
  }
}

function afterWrite(error: TenonError): TenonError {
  const { code, message, details } = error
  return new TenonError(code, message, {
    ...{ cause: error, retryable: false },
    remedy: 'An earlier request of this node has changed the service. Check there before you run it again.',
    ...(details === undefined ? {} : { details }),
  })
}

function urlOf({ apiUrl }: Service, { path, query = {} }: ServiceRequest): string {
  return withQuery(path.startsWith('/') ? `${apiUrl}${path}` : path, query)
}

function initOf({ headers: shared = {} }: Service, request: ServiceRequest, abortSignal: AbortSignal) {
  const { method = 'GET', json, form, headers } = request
  const type = json !== undefined ? 'application/json' : form !== undefined ? FORM : null
  const body = json !== undefined ? JSON.stringify(json) : form !== undefined ? encodeForm(form) : undefined
  return {
    method,
    headers: {
      ...(type === null ? {} : { 'content-type': type }),
      ...{ accept: 'application/json', ...shared, ...headers },
    },
    ...{ abortSignal, maxResponseBytes: MAX_RESPONSE_BYTES },
    // A redirect can turn a write into a GET, whose answer would look like success.
    redirect: method === 'GET' ? ('follow' as const) : ('refuse' as const),
    ...(body === undefined ? {} : { body }),
  }
}

const FORM = 'application/x-www-form-urlencoded'

async function readResponse(
  service: Service,
  context: CallContext & Pick<ServiceRequest, 'reads'> & { readonly method: string },
  response: HttpResponse,
): Promise<unknown> {
  if (!response.ok) throw await failureOf(service, context, response)
  if (response.status === 204 || (await response.bytes()).byteLength === 0) return null
  const body = context.reads === 'any' ? await readAny(service, context, response) : await response.json()
  const reason = service.reasonIn?.(body) ?? null
  if (reason === null) return body
  await logBody(service, context, response)
  throw refused(service, reason)
}

/** Reads a body by its content type. A write has happened whatever its body is, so it does not fail for it. */
async function readAny(
  { title }: Service,
  { method, log }: CallContext & { readonly method: string },
  response: HttpResponse,
): Promise<unknown> {
  const type = mediaTypeOf(response.headers['content-type'])
  try {
    if (type === '' || /json$/.test(type)) return await response.json()
    const text = await response.text()
    // Some services declare JSON as text.
    return /^\s*[[{]/.test(text) ? await response.json().catch(() => text) : text
  } catch (error) {
    if (method === 'GET') throw error
    const { status } = response
    log?.('warn', `${title} answered ${status} with a body that cannot be read`, { status, body: cutText(type, 80) })
    return null
  }
}

/**
 * Creates the error for a status. The wait that a service asks for is obeyed in any case, since it has done nothing; other
 * faults of a service are tried again if the request may be sent twice.
 */
async function failureOf(
  service: Service,
  context: CallContext & { readonly method: string },
  response: HttpResponse,
): Promise<TenonError> {
  const { status, headers } = response
  await logBody(service, context, response)
  const waitMs = waitOf(headers, Date.now())
  const isLimited = status === 429 || ((status === 403 || status === 503) && waitMs !== undefined)
  const mayRepeat = context.effect !== 'write' || context.isIdempotent === true || context.method === 'GET'
  return new TenonError('HTTP_STATUS', `${service.title} answered ${context.method} with ${status}`, {
    ...(isLimited ? { remedy: 'The service limits requests. Call it less often, or start the run again later.' } : {}),
    retryable: isLimited || (mayRepeat && (status >= 500 || status === 408)),
    details: { status, ...(waitMs === undefined ? {} : { retryAfterMs: waitMs }) },
  })
}

/** Reads `Retry-After`, or the end of a rate limit that is used up (`X-RateLimit-Reset`, seconds since the epoch). */
function waitOf(headers: Readonly<Record<string, string>>, nowMs: number): number | undefined {
  const asked = retryAfterMs(headers['retry-after'], nowMs)
  if (asked !== undefined || headers['x-ratelimit-remaining'] !== '0') return asked
  const resetAt = Number(headers['x-ratelimit-reset']) * 1_000
  return Number.isNaN(resetAt) ? undefined : Math.min(Math.max(resetAt - nowMs, 0), 86_400_000)
}

function refused({ title }: Service, reason: string): TenonError {
  const code = REASON.test(reason) ? reason : 'unknown'
  return new TenonError('SERVICE_REFUSED', `${title} refused the request: ${code}`, { details: { reason: code } })
}

async function logBody({ title }: Service, { log }: CallContext, response: HttpResponse): Promise<void> {
  if (log === undefined) return
  try {
    const body = cutText(await response.text(), EXCERPT_LENGTH)
    log('warn', `${title} answered ${response.status}`, { status: response.status, body })
  } catch {
    // A body that is not text says nothing to people.
  }
}
