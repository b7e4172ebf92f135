import { TenonError } from '@tenon/core/errors'
import { createHttpResponse, type HttpCredentials, type HttpRequestInit, type HttpResponse } from '@tenon/core/node'
import { type Agent, type Dispatcher, request } from 'undici'
import { checkHeaders, checkUrl } from './check-request.ts'
import { createCredentialGuard } from './credential-guard.ts'
import { toHttpFailure } from './failures.ts'
import { readBody } from './read-body.ts'
import { followRedirect, type Hop, refuseRedirect } from './redirects.ts'

/** Default timeout in milliseconds, for callers without a signal. */
const DEFAULT_TIMEOUT_MS = 30_000
const DEFAULT_MAX_RESPONSE_BYTES = 1_048_576
const LARGEST_TIMEOUT_MS = 2_147_483_647
const WITHOUT_BODY: ReadonlySet<number> = new Set([204, 205, 304])

type Body = NonNullable<HttpRequestInit['body']>

/** Settings of one request. */
interface Terms {
  readonly redirect: NonNullable<HttpRequestInit['redirect']>
  readonly maxBytes: number
  readonly signal: AbortSignal
  readonly credentials: HttpCredentials | undefined
}

/**
 * Sends one request and reads the whole response. The caller limits the time: by its signal, and `timeoutMs` if given.
 *
 * @param mostBytes - Largest response that the host allows, in bytes; a request may set a lower limit, never a higher
 * one.
 */
export async function guardedRequest(
  agent: Agent,
  address: string,
  init: HttpRequestInit,
  mostBytes: number,
): Promise<HttpResponse> {
  const { method = 'GET', headers = {}, body, abortSignal, redirect = 'follow', httpCredentials: credentials } = init
  const first: Hop<Body> = { url: checkUrl(address), method, headers: checkHeaders(Object.entries(headers)), body }
  const timeoutMs = init.timeoutMs ?? (abortSignal === undefined ? DEFAULT_TIMEOUT_MS : undefined)
  const deadline = timeoutMs === undefined ? undefined : AbortSignal.timeout(Math.min(timeoutMs, LARGEST_TIMEOUT_MS))
  const signal = AbortSignal.any([abortSignal ?? [], deadline ?? []].flat())
  const maxBytes = Math.min(init.maxResponseBytes ?? DEFAULT_MAX_RESPONSE_BYTES, mostBytes)
  try {
    return await untilAborted(sendAlongRedirects(agent, first, { redirect, maxBytes, signal, credentials }), signal)
  } catch (thrown) {
    // A caller that aborts gets its own reason.
    abortSignal?.throwIfAborted()
    if (deadline?.aborted === true) {
      throw new TenonError('NODE_TIMEOUT', `${first.url.host} did not answer within ${timeoutMs} ms`, {
        cause: thrown,
        details: { timeoutMs },
      })
    }
    throw toHttpFailure(thrown, first.url.host)
  }
}

/** Rejects as soon as the signal aborts, since a request that is still connecting ignores its signal. */
function untilAborted<Value>(call: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason)
    signal.addEventListener('abort', onAbort, { once: true })
    if (signal.aborted) onAbort()
    call.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}

async function sendAlongRedirects(agent: Agent, first: Hop<Body>, terms: Terms): Promise<HttpResponse> {
  const guard = createCredentialGuard(terms.credentials, first.url.origin)
  let hop = first
  let earlier: number | undefined
  let status: number | undefined
  try {
    for (let hops = 0; ; hops += 1) {
      terms.signal.throwIfAborted()
      earlier = status
      status = undefined
      const { url, headers: sent } = await guard.sign(hop)
      const answer = await request(url, {
        dispatcher: agent,
        method: hop.method as Dispatcher.HttpMethod,
        headers: { 'accept-encoding': 'gzip, deflate, br', ...Object.fromEntries(sent) },
        body: hop.body ?? null,
        signal: terms.signal,
      })
      status = answer.statusCode
      // A discarded body reports its abort as an error without a listener.
      answer.body.on('error', () => undefined)
      try {
        const headers = flatten(answer.headers)
        const redirection = { status, location: headers.location ?? null }
        if (terms.redirect === 'refuse') refuseRedirect(hop, redirection)
        const next = terms.redirect === 'follow' ? followRedirect(hop, redirection, hops) : null
        if (next === null) {
          const hasBody = hop.method !== 'HEAD' && !WITHOUT_BODY.has(status)
          const encoding = headers['content-encoding'] ?? ''
          const bytes = hasBody ? await readBody(answer.body, encoding, terms.maxBytes) : Buffer.alloc(0)
          return createHttpResponse({
            status,
            headers: Object.fromEntries(
              Object.entries(headers).map(([name, value]) => [guard.hideHeader(name), guard.hideHeader(value)]),
            ),
            url: guard.hideText(hop.url.href),
            bytes: guard.hideBytes(bytes),
          })
        }
        hop = guard.afterRedirect(next)
      } finally {
        answer.body.destroy()
      }
    }
  } catch (thrown) {
    terms.signal.throwIfAborted()
    throw afterAnswer(toHttpFailure(thrown, hop.url.host, status), status ?? earlier)
  }
}

/** Marks a failure after a response, even a redirect: the request has reached the service. */
function afterAnswer(failure: TenonError, status: number | undefined): TenonError {
  if (status === undefined || failure.details?.sent === undefined || failure.details.status !== undefined)
    return failure
  const { code, message, cause, retryable, remedy, details } = failure
  return new TenonError(code, message, { cause, retryable, remedy, details: { ...details, sent: true, status } })
}

function flatten(headers: Readonly<Record<string, string | readonly string[] | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name.toLowerCase(), typeof value === 'string' ? value : value.join(', ')]],
    ),
  )
}
