import type { ServerResponse } from 'node:http'
import { TenonError } from '@tenon/core/errors'
import { toProblemResponse } from '../http/answer.ts'
import { markParsed } from '../http/parsed-body.ts'
import type { RequestContext } from '../request-context.ts'
import type { WorkflowServer } from '../workflow-server-interface.ts'
import { announcesBody, type HostRequest, toHeaders, toUrl } from './incoming-message.ts'
import type { NodeRequest, NodeResponse } from './node-types.ts'
import { bodyOf } from './request-body.ts'
import { sendResponse } from './send-response.ts'

/** One request of a Node host with its response. */
export interface NodeExchange {
  readonly incoming: NodeRequest
  readonly outgoing: NodeResponse
  /** Passed on to `authenticate`. */
  readonly context: RequestContext
}

/** Longest time a client may keep sending a body that is no longer read, so that it receives the response. */
const LINGER_MS = 5_000

/**
 * Answers a request of a Node host; what every adapter is built on. Never rejects and never leaves the request without
 * an answer: a failure before the answer has begun is a problem document, a later one cuts the connection. A body that
 * is still coming after the answer is cut off, too.
 *
 * @param lingerMs - Longest time in ms that such a body is drained. @defaultValue 5_000
 */
export async function answerNodeRequest(
  automation: Pick<WorkflowServer, 'fetch'>,
  { incoming, outgoing, context }: NodeExchange,
  lingerMs: number = LINGER_MS,
): Promise<void> {
  const request = incoming as NodeRequest & HostRequest
  const response = outgoing as NodeResponse & ServerResponse
  // Reading a body takes it off the request.
  const { socket } = request
  const gone = new AbortController()
  response.once('close', () => gone.abort())
  try {
    const answer = await answerTo(automation, request, context, gone.signal)
    // A time-out of the host may have answered meanwhile.
    if (response.headersSent || response.writableEnded) await answer.body?.cancel()
    else await sendResponse(answer, response)
  } catch {
    response.destroy()
  }
  if (request.complete || !announcesBody(request)) return
  const cut = setTimeout(() => {
    // The connection may have come to its next request meanwhile.
    if (!request.complete) socket.destroy()
  }, lingerMs)
  cut.unref()
}

async function answerTo(
  automation: Pick<WorkflowServer, 'fetch'>,
  incoming: HostRequest,
  context: RequestContext,
  abortSignal: AbortSignal,
): Promise<Response> {
  try {
    return await automation.fetch(toRequest(incoming, abortSignal), context)
  } catch (thrown) {
    // `fetch` logs what it answers with 500; here are requests that have no web-standard form.
    return toProblemResponse(thrown, crypto.randomUUID(), () => undefined)
  }
}

/** @throws {@link TenonError} `REQUEST_MALFORMED`, `METHOD_NOT_ALLOWED`. */
function toRequest(incoming: HostRequest, abortSignal: AbortSignal): Request {
  const isEncrypted = 'encrypted' in incoming.socket && incoming.socket.encrypted === true
  const url = toUrl(incoming, isEncrypted ? 'https' : 'http')
  if (url === null) throw new TenonError('REQUEST_MALFORMED', 'The Host header and the path do not form a valid URL')
  const method = incoming.method ?? 'GET'
  // The methods that the Fetch standard refuses.
  if (method === 'CONNECT' || method === 'TRACE' || method === 'TRACK') {
    throw new TenonError('METHOD_NOT_ALLOWED', `${method} is not supported`)
  }
  const headers = toHeaders(incoming)
  if (method === 'GET' || method === 'HEAD') return new Request(url, { method, headers, signal: abortSignal })
  const { body, isAsSent, isRewritten } = bodyOf(incoming)
  if (!isAsSent) {
    headers.delete('content-length')
    headers.delete('content-encoding')
  }
  // A streamed body needs `duplex`, which the types of the platform do not know.
  const request = new Request(url, { method, headers, signal: abortSignal, body, duplex: 'half' } as RequestInit)
  return isRewritten ? markParsed(request) : request
}
