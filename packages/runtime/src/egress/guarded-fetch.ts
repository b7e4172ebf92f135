import { type HttpClient, isReservedHeader } from '@tenon/core/node'
import { type Agent, fetch } from 'undici'
import { checkUrl } from './check-request.ts'
import { type CredentialGuard, createCredentialGuard } from './credential-guard.ts'
import { toHttpFailure } from './failures.ts'
import { tooLarge } from './read-body.ts'
import { followRedirect, type Hop, refuseRedirect } from './redirects.ts'

const WITHOUT_BODY: ReadonlySet<number> = new Set([101, 204, 205, 304])

/**
 * Creates a standard `fetch` over a guarded agent, for SDK clients: streams, the rules of redirects, a size limit.
 *
 * Headers that control the connection are dropped, as the standard requires. Failures are {@link TenonError}s, not the
 * `TypeError` of the standard; an abort rejects with the reason of the signal.
 *
 * @param maxResponseBytes - Limit of a decoded body, counted while it streams.
 */
export function createGuardedFetch(agent: Agent, maxResponseBytes: number): HttpClient['fetch'] {
  return async function guardedFetch(input, init) {
    // `Request` throws a `TypeError` of its own for URLs that are refused with a code here.
    if (!(input instanceof Request)) checkUrl(String(input))
    const request = new Request(input, init)
    const follow = init?.redirect ?? request.redirect
    let hop: Hop<Uint8Array> = {
      url: checkUrl(request.url),
      method: request.method,
      headers: new Map([...request.headers].filter(([name]) => !isReservedHeader(name))),
      // Read once, so that a redirect can send it again.
      body: request.body === null ? undefined : new Uint8Array(await request.arrayBuffer()),
    }
    const { host, origin } = hop.url
    const guard = createCredentialGuard(init?.httpCredentials, origin)
    try {
      for (let hops = 0; ; hops += 1) {
        const { url, headers } = await guard.sign(hop)
        const response = await fetch(url, {
          dispatcher: agent,
          method: hop.method,
          headers: [...headers] as [string, string][],
          redirect: 'manual',
          signal: request.signal,
          ...(hop.body === undefined ? {} : { body: hop.body }),
        })
        const answer = { status: response.status, location: response.headers.get('location') }
        if (follow === 'error') refuseRedirect(hop, answer)
        const next = follow === 'follow' ? followRedirect(hop, answer, hops) : null
        if (next === null) return toStandard(response, maxResponseBytes, hop.url, hops > 0, guard)
        await response.body?.cancel()
        hop = guard.afterRedirect(next)
      }
    } catch (thrown) {
      request.signal.throwIfAborted()
      throw toHttpFailure(thrown, host)
    }
  }
}

/** Converts a response to the runtime's `Response`, since SDKs compare with that class and undici has its own. */
function toStandard(
  response: Awaited<ReturnType<typeof fetch>>,
  maxResponseBytes: number,
  url: URL,
  redirected: boolean,
  guard: CredentialGuard,
): Response {
  const body =
    response.body === null || WITHOUT_BODY.has(response.status)
      ? null
      : guard.hideStream(limit(response.body, maxResponseBytes))
  const standard = new Response(body, {
    status: response.status,
    statusText: guard.hideHeader(response.statusText),
    headers: [...response.headers].map(([name, value]): [string, string] => [
      guard.hideHeader(name),
      guard.hideHeader(value),
    ]),
  })
  Object.defineProperties(standard, { url: { value: guard.hideText(url.href) }, redirected: { value: redirected } })
  return standard
}

function limit(
  body: NonNullable<Awaited<ReturnType<typeof fetch>>['body']>,
  maxBytes: number,
): ReadableStream<Uint8Array> {
  let size = 0
  const counter = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      size += chunk.byteLength
      if (size > maxBytes)
        controller.error(tooLarge(maxBytes, 'Request less data at once, or raise maxFetchBytes of the egress.'))
      else controller.enqueue(chunk)
    },
  })
  return (body as ReadableStream<Uint8Array>).pipeThrough(counter)
}
