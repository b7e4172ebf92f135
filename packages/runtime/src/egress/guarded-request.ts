import { TenonError } from '@tenon/core/errors'
import type { HttpRequestInit, HttpResponse } from '@tenon/core/node'
import { type Agent, type Dispatcher, request } from 'undici'
import { checkHeaders, checkUrl } from './check-request.ts'
import { toHttpFailure } from './failures.ts'
import { readBody } from './read-body.ts'
import { followRedirect, type Hop } from './redirects.ts'

const DEFAULT_TIMEOUT_MS = 30_000
const DEFAULT_MAX_RESPONSE_BYTES = 1_048_576
const LARGEST_TIMEOUT_MS = 2_147_483_647

type Body = NonNullable<HttpRequestInit['body']>

/** Sends one request and reads its answer whole, within the time limit for all of it. */
export async function guardedRequest(agent: Agent, address: string, init: HttpRequestInit): Promise<HttpResponse> {
  const { method = 'GET', headers = {}, body, abortSignal, maxResponseBytes = DEFAULT_MAX_RESPONSE_BYTES } = init
  const timeoutMs = Math.min(init.timeoutMs ?? DEFAULT_TIMEOUT_MS, LARGEST_TIMEOUT_MS)
  const first: Hop<Body> = { url: checkUrl(address), method, headers: checkHeaders(Object.entries(headers)), body }
  const deadline = AbortSignal.timeout(timeoutMs)
  const signal = abortSignal === undefined ? deadline : AbortSignal.any([abortSignal, deadline])
  try {
    return await sendAlongRedirects(agent, first, signal, maxResponseBytes)
  } catch (thrown) {
    // Who aborts knows why, and gets its own reason back.
    abortSignal?.throwIfAborted()
    if (deadline.aborted) {
      throw new TenonError('NODE_TIMEOUT', `${first.url.host} did not answer within ${timeoutMs} ms`, {
        cause: thrown,
        details: { timeoutMs },
      })
    }
    throw toHttpFailure(thrown, first.url.host)
  }
}

async function sendAlongRedirects(
  agent: Agent,
  first: Hop<Body>,
  signal: AbortSignal,
  maxResponseBytes: number,
): Promise<HttpResponse> {
  let hop = first
  for (let hops = 0; ; hops += 1) {
    const answer = await request(hop.url, {
      dispatcher: agent,
      method: hop.method as Dispatcher.HttpMethod,
      headers: { 'accept-encoding': 'gzip, deflate, br', ...Object.fromEntries(hop.headers) },
      body: hop.body ?? null,
      signal,
    })
    const headers = flatten(answer.headers)
    // A body that is thrown away reports its abort as an error, which nobody waits for.
    answer.body.on('error', () => undefined)
    try {
      const next = followRedirect(hop, { status: answer.statusCode, location: headers.location ?? null }, hops)
      if (next === null) {
        const encoding = hop.method === 'HEAD' ? undefined : headers['content-encoding']
        return toResponse(answer.statusCode, headers, hop.url, await readBody(answer.body, encoding, maxResponseBytes))
      }
      hop = next
    } finally {
      answer.body.destroy()
    }
  }
}

function flatten(headers: Readonly<Record<string, string | readonly string[] | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name.toLowerCase(), typeof value === 'string' ? value : value.join(', ')]],
    ),
  )
}

function toResponse(status: number, headers: Readonly<Record<string, string>>, url: URL, bytes: Buffer): HttpResponse {
  const text = () => new TextDecoder().decode(bytes)
  return {
    status,
    ok: status >= 200 && status < 300,
    headers,
    url: url.href,
    text: async () => text(),
    json: async () => readJson(text()),
  }
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new TenonError('HTTP_RESPONSE_INVALID', 'The answer is not JSON', { cause })
  }
}
